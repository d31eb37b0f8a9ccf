"""Golden examples: answers stored when a model was saved, asked again before it is used."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.errors import ArtifactError
from models.runtime.artifact import Artifact
from models.runtime.decoding import decode
from models.runtime.engines.base import Engine
from models.runtime.padding import pad
from models.text.plain import Encoder

TOLERANCE = 1e-4
# With a table of 8 bits, as long as the answer stays the same.
TOLERANCE_INT8 = 0.02
# Of the largest output of all texts: more than 1e-4 only where that is above 10. float32 rounds to 6e-8 of a
# number; n summands in another order differ by about the root of n times that, and a recurrent network adds
# up such sums: both engines were measured up to 3e-6 of the largest output apart. So large outputs cannot
# agree to a fixed digit, nor can a small one that is the rest of large summands.
RELATIVE = 1e-5

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Asked:
    """A golden text, asked again.

    Attributes:
        ids: of its tokens.
        outputs: raw outputs of this text, by name.
        answer: what a person would be told by such outputs, to be compared with ``==``.
    """

    ids: list[int]
    outputs: Mapping[str, Floats]
    answer: Callable[[Mapping[str, Floats]], object]


def largest_outputs(texts: Iterable[Mapping[str, npt.ArrayLike]]) -> dict[str, float]:
    """The largest absolute value of each output of some texts, by its name."""
    largest: dict[str, float] = {}
    for outputs in texts:
        for name, values in outputs.items():
            largest[name] = max(largest.get(name, 0.0), float(np.max(np.abs(values), initial=0.0)))
    return largest


def allowed_difference(largest: float, least: float = TOLERANCE) -> float:
    """How far an output may be from what it was: ``least``, or more where the ``largest`` output is large."""
    return max(least, RELATIVE * largest)


def check_golden(artifact: Artifact, encoder: Encoder, engine: Engine) -> float:
    """Asks the golden examples of a model of labels again, from text to raw outputs.

    Returns:
        The largest absolute difference of a raw output from the stored one.

    Raises:
        ArtifactError: see ``compare_golden``.
    """
    manifest = artifact.manifest

    def answer(outputs: Mapping[str, Floats]) -> tuple[int, set[str]]:
        """The best guess and, for multilabel, the labels answered."""
        rows = outputs["logits"][np.newaxis]
        (found,) = decode(manifest.task, manifest.labels, manifest.calibration, rows, tokens=[1])
        return found.best, {score.label for score in found.labels}

    def ask(text: str) -> Asked:
        ids = list(encoder.encode(text).ids)
        outputs = engine.run(*pad([ids]))
        return Asked(ids, {name: np.ravel(values[0]) for name, values in outputs.items()}, answer)

    return compare_golden(artifact, engine.name, ask)


def compare_golden(artifact: Artifact, engine: str, ask: Callable[[str], Asked]) -> float:
    """Asks the golden examples of the manifest again.

    Args:
        engine: its name.
        ask: what the model makes of a text now.

    Returns:
        The largest absolute difference of a raw output from the stored one.

    Raises:
        ArtifactError: a text gives other ids or outputs of other sizes, or an output differs by more than
            1e-4 (8-bit engine: by more than 0.02, or enough to change the answer), or 1e-5 of the largest
            output of all examples where that is more.
    """
    worst = 0.0
    golden = artifact.manifest.golden
    largest = largest_outputs(example.outputs.get(engine, {}) for example in golden)
    least = TOLERANCE_INT8 if engine == "onnx-int8" else TOLERANCE
    for number, example in enumerate(golden, start=1):
        where = f"{artifact.path}: golden example {number}"
        stored = example.outputs.get(engine)
        if stored is None:
            raise ArtifactError(f"{where} has no outputs for engine {engine!r}.")
        asked = ask(example.text)
        if asked.ids != example.ids:
            raise ArtifactError(f"{where} gives other token ids than when it was saved.")
        expected = {name: np.asarray(values) for name, values in stored.items()}
        changed = False
        for name in sorted(expected.keys() | asked.outputs.keys()):
            found, wanted = asked.outputs.get(name), expected.get(name)
            if found is None or wanted is None or found.size != wanted.size:
                raise ArtifactError(f"{where}: output {name!r} is missing or misshapen.")
            difference = float(np.max(np.abs(found - wanted), initial=0.0))
            allowed = allowed_difference(largest[name], least)
            # Written so that a difference that is not a number is refused too.
            if not difference <= allowed:
                raise ArtifactError(
                    f"{where} answers {difference:.2g} away from what was saved (output {name!r}, at most "
                    f"{allowed:.2g} is allowed)."
                )
            worst = max(worst, difference)
            # Below that it is the last digits of a sum, which decide nothing but a tie.
            changed = changed or difference > allowed_difference(largest[name])
        if changed and asked.answer(asked.outputs) != asked.answer(expected):
            raise ArtifactError(f"{where} gets another answer than when it was saved.")
    return worst
