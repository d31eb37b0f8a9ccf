"""What the recurrent and the linear side of a network do alone and together."""

from dataclasses import dataclass

from models.runtime.manifest import Manifest
from training.report.figures import percent


@dataclass(frozen=True, slots=True)
class Sides:
    """Words for the page.

    Attributes:
        sentence: how both are put together.
        accuracy: of ``recurrent``, ``linear`` and ``blend``, by part of the data.
    """

    sentence: str
    accuracy: list[tuple[str, dict[str, float]]]


def sides(manifest: Manifest) -> Sides | None:
    """None for a network without a linear side."""
    facts = manifest.training.get("wide")
    if facts is None:
        return None
    scales = facts["scales"]
    sentence = (
        f"The network's outputs are {scales['recurrent']:.2f} times those of the recurrent side plus "
        f"{scales['linear']:.2f} times those of a linear model of {facts['ngrams']:,} 1-3-grams "
        f"(C = {facts['C']:g}). The scales were fitted on dev, where "
        f"{percent(facts['linear_share'])} of the deviation of the outputs came from the linear side."
    )
    return Sides(sentence, list(facts["accuracy"].items()))
