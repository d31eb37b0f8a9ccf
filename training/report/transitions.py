"""What the CRF has learned of neighbouring tags."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from models.text.tags import LETTERS, allowed_transitions
from training.report.plots import squares
from training.report.svg import Plot, inline_svg, plot_style

_SHADES = (0.08, 0.2, 0.4, 0.65, 1.0)

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two neighbouring tags and their score."""

    before: str
    after: str
    score: float


def transition_plot(transitions: Floats) -> Plot:
    """A heat map of the scores [tags + 1, tags + 1]; pairs that BIOES does not allow stay blank."""
    allowed = allowed_transitions((len(transitions) - 2) // len(LETTERS))
    scores = np.asarray(transitions, np.float64)
    limits = np.quantile(scores[allowed], np.linspace(0, 1, len(_SHADES) + 1)[1:-1])
    shades = np.searchsorted(limits, scores)
    with plot_style():
        figure = Figure(figsize=(4.7, 4.7), layout="constrained")
        axes = figure.add_subplot()
        for shade, alpha in enumerate(_SHADES):
            cells = np.argwhere(allowed & (shades == shade))
            if len(cells):
                axes.add_patch(squares(cells, alpha))
        size = len(transitions)
        axes.set(xlim=(0, size), ylim=(size, 0), aspect="equal", xlabel="tag", ylabel="tag before")
        axes.spines[["top", "right"]].set_visible(True)
        caption = (
            "Scores of neighbouring tags, darker is higher; blank pairs cannot be. The order is O, then B, "
            "I, E and S of each type, as in the model card; the last row is the beginning of a text, the "
            "last column its end."
        )
        name = "Heat map of the scores of neighbouring tags."
        return Plot(inline_svg(figure, "transitions", name), caption)


def strongest(transitions: Floats, names: Sequence[str], count: int) -> list[Pair]:
    """The allowed pairs with the highest scores, then those with the lowest, highest first."""
    allowed = allowed_transitions((len(transitions) - 2) // len(LETTERS))
    before, after = [*names, "beginning"], [*names, "end"]
    pairs = [Pair(before[i], after[j], float(transitions[i, j])) for i, j in np.argwhere(allowed).tolist()]
    pairs.sort(key=lambda pair: -pair.score)
    return pairs if len(pairs) <= 2 * count else [*pairs[:count], *pairs[-count:]]
