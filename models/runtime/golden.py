"""Golden examples: answers stored when a model was saved, asked again before it is used."""

import numpy as np

from models.errors import ArtifactError
from models.runtime.artifact import Artifact
from models.runtime.engines.base import Engine
from models.runtime.padding import pad
from models.text.plain import Encoder

TOLERANCE = 1e-4


def check_golden(artifact: Artifact, encoder: Encoder, engine: Engine) -> float:
    """Asks the golden examples of the manifest again, from text to raw outputs.

    Returns:
        The largest absolute difference of a raw output from the stored one.

    Raises:
        ArtifactError: a text gives other ids, or an output differs by more than 1e-4.
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
            if not difference <= TOLERANCE:
                raise ArtifactError(
                    f"{artifact.path}: golden example {number} answers {difference:.2g} away from what was "
                    f"saved (output {name!r}, at most {TOLERANCE:g} is allowed)."
                )
            worst = max(worst, difference)
    return worst
