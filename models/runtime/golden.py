"""Golden examples: answers stored when a model was saved, asked again before it is used."""

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


def check_golden(artifact: Artifact, encoder: Encoder, engine: Engine) -> float:
    """Asks the golden examples of the manifest again, from text to raw outputs.

    Returns:
        The largest absolute difference of a raw output from the stored one.

    Raises:
        ArtifactError: a text gives other ids, or an output differs by more than 1e-4 (8-bit engine: by more
            than 0.02, or enough to change the answer).
    """
    worst = 0.0
    for number, example in enumerate(artifact.manifest.golden, start=1):
        ids = list(encoder.encode(example.text).ids)
        if ids != example.ids:
            raise ArtifactError(
                f"{artifact.path}: golden example {number} gives other token ids than when it was saved."
            )
        expected = example.outputs.get(engine.name)
        if expected is None:
            raise ArtifactError(
                f"{artifact.path}: golden example {number} has no outputs for engine {engine.name!r}."
            )
        outputs = engine.run(*pad([ids]))
        for name, values in expected.items():
            if name not in outputs or outputs[name][0].size != len(values):
                raise ArtifactError(
                    f"{artifact.path}: golden example {number}: output {name!r} is missing or misshapen."
                )
            difference = float(np.max(np.abs(np.ravel(outputs[name][0]) - np.asarray(values)), initial=0.0))
            # Written so that a difference that is not a number is refused too.
            tolerance = TOLERANCE_INT8 if engine.name == "onnx-int8" else TOLERANCE
            if not difference <= tolerance:
                raise ArtifactError(
                    f"{artifact.path}: golden example {number} answers {difference:.2g} away from what was "
                    f"saved (output {name!r}, at most {tolerance:g} is allowed)."
                )
            worst = max(worst, difference)
            # Below that it is the last digits of a sum, which decide nothing but a tie.
            if difference > TOLERANCE and _labels(artifact, outputs[name][0]) != _labels(artifact, values):
                raise ArtifactError(
                    f"{artifact.path}: golden example {number} gets another label than when it was saved."
                )
    return worst


def _labels(artifact: Artifact, logits: npt.ArrayLike) -> tuple[int, set[str]]:
    """The best guess and, for multilabel, the labels answered."""
    manifest = artifact.manifest
    rows = np.asarray(logits)[np.newaxis]
    (answer,) = decode(manifest.task, manifest.labels, manifest.calibration, rows, tokens=[1])
    return answer.best, {score.label for score in answer.labels}
