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
        ("onnx-int8", [0.0, 0.005], "golden example 1 gets another answer"),
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


def with_golden(artifact: Artifact, *logits: list[float]) -> Artifact:
    """The same text with other stored answers, as many golden examples as there are."""
    (example,) = artifact.manifest.golden
    golden = [
        example.model_copy(update={"outputs": {name: {"logits": each} for name in example.outputs}})
        for each in logits
    ]
    return replace(artifact, manifest=artifact.manifest.model_copy(update={"golden": golden}))


@pytest.mark.parametrize(
    ("name", "logits"),
    [("savedmodel", [200.0015, -150.0]), ("onnx", [200.0, -149.999]), ("onnx-int8", [200.019, -150.0])],
)
def test_large_outputs_may_differ_in_their_last_digits(
    artifact: Artifact, name: str, logits: list[float]
) -> None:
    """float32 has no more digits: 1e-4 of 200 is 7 steps from one number to the next."""
    assert check(with_golden(artifact, [200.0, -150.0]), Answering(name, logits)) < 0.02


@pytest.mark.parametrize(
    ("name", "logits", "reason"),
    [
        ("onnx", [200.003, -150.0], r"0\.003 away .* at most 0\.002 is allowed"),
        ("onnx-int8", [200.03, -150.0], r"0\.03 away .* at most 0\.02 is allowed"),
        ("onnx", [float("inf"), -150.0], "inf away"),
    ],
)
def test_large_outputs_that_differ_by_more_are_refused(
    artifact: Artifact, name: str, logits: list[float], reason: str
) -> None:
    with pytest.raises(ArtifactError, match=reason):
        check(with_golden(artifact, [200.0, -150.0]), Answering(name, logits))


def test_a_small_output_beside_large_ones_is_the_rest_of_large_sums(artifact: Artifact) -> None:
    """Its golden example passes, and the next one, of the large outputs that it may differ for, does not."""
    with pytest.raises(ArtifactError, match=r"golden example 2 answers 2e\+02 away"):
        check(with_golden(artifact, [0.01, 0.0], [200.0, 0.0]), Answering("onnx", [0.011, 0.0]))


def test_ordinary_outputs_are_held_to_what_they_always_were(artifact: Artifact) -> None:
    with pytest.raises(ArtifactError, match=r"0\.0002 away .* at most 0\.0001 is allowed"):
        check(with_golden(artifact, [9.9, -9.9]), Answering("onnx", [9.9002, -9.9]))
