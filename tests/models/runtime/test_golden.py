"""Golden examples: what is let pass and what refuses a version."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import ArtifactError
from models.runtime.artifact import Artifact, open_artifact
from models.runtime.engines.base import Ids, Outputs
from models.runtime.golden import check_golden
from models.runtime.manifest import GoldenExample
from models.text.plain import Encoder


class Answering:
    """An engine that always gives the same logits."""

    most_cells = 1000

    def __init__(self, name: str, logits: list[float]) -> None:
        self.name = name
        self.logits = np.array([logits], np.float32)

    def run(self, ids: Ids, lengths: Ids) -> Outputs:
        return {"logits": self.logits}


@pytest.fixture
def artifact(tiny_artifact: Path) -> Artifact:
    """One golden example, saved as 0.01 to 0, whichever the engine."""
    artifact = open_artifact(tiny_artifact)
    ids = list(Encoder(artifact.manifest.text, artifact.vocabulary).encode("a fine story").ids)
    outputs = {name: {"logits": [0.01, 0.0]} for name in ("savedmodel", "onnx", "onnx-int8")}
    example = GoldenExample(text="a fine story", ids=ids, outputs=outputs)
    return replace(artifact, manifest=artifact.manifest.model_copy(update={"golden": [example]}))


def check(artifact: Artifact, engine: Any) -> float:
    return check_golden(artifact, Encoder(artifact.manifest.text, artifact.vocabulary), engine)


@pytest.mark.parametrize(
    ("name", "logits"),
    [("savedmodel", [0.01009, 0.0]), ("onnx", [0.01, 9e-5]), ("onnx-int8", [0.029, 0.0])],
)
def test_a_small_difference_passes(artifact: Artifact, name: str, logits: list[float]) -> None:
    assert check(artifact, Answering(name, logits)) == pytest.approx(abs(sum(logits) - 0.01), abs=1e-6)


@pytest.mark.parametrize(
    ("name", "logits", "reason"),
    [
        ("savedmodel", [0.0103, 0.0], r"0\.0003 away .* at most 0\.0001"),
        ("onnx", [0.0103, 0.0], r"0\.0003 away .* at most 0\.0001"),
        ("onnx-int8", [0.031, 0.0], r"0\.021 away .* at most 0\.02 "),
        ("onnx-int8", [0.0, 0.005], "golden example 1 gets another label"),
        ("onnx-int8", [float("nan"), 0.0], "nan away"),
        ("onnx", [0.01, 0.0, 0.0], "'logits' is missing or misshapen"),
        ("other", [0.01, 0.0], "no outputs for engine 'other'"),
    ],
)
def test_a_larger_one_another_label_or_another_shape_is_refused(
    artifact: Artifact, name: str, logits: list[float], reason: str
) -> None:
    with pytest.raises(ArtifactError, match=reason):
        check(artifact, Answering(name, logits))


def test_other_ids_are_refused(artifact: Artifact) -> None:
    example = artifact.manifest.golden[0].model_copy(update={"ids": [1]})
    other = replace(artifact, manifest=artifact.manifest.model_copy(update={"golden": [example]}))
    with pytest.raises(ArtifactError, match="gives other token ids"):
        check(other, Answering("onnx", [0.01, 0.0]))
