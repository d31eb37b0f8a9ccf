"""Labels are found in a SavedModel as TensorFlow wrote them."""

from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from models.errors import ArtifactError
from models.runtime.artifact import open_artifact
from models.runtime.graph_labels import SAVED_MODEL, check_labels
from models.runtime.manifest import Manifest


class Labelled(tf.Module):
    """Answers its labels."""

    def __init__(self, labels: list[str]) -> None:
        super().__init__()
        self.labels = tf.constant(labels)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32)])
    def __call__(self, places: Any) -> Any:
        return tf.gather(self.labels, places)


@pytest.fixture
def manifest(tiny_artifact: Path) -> Manifest:
    return open_artifact(tiny_artifact).manifest


@pytest.mark.parametrize(
    "labels",
    [
        ["one"],
        ["巴黎", "x" * 127, "y" * 128, "z" * 20_000, "é"],
        [f"label {number}" for number in range(3000)],
    ],
    ids=["one", "of all lengths", "many"],
)
def test_labels_are_found_in_their_order_only(manifest: Manifest, tmp_path: Path, labels: list[str]) -> None:
    tf.saved_model.save(Labelled(labels), str(tmp_path))
    check_labels(manifest.model_copy(update={"labels": labels}), tmp_path)
    others = [[*labels, "other"], [f"{labels[0]}s", *labels[1:]]]
    if len(labels) > 1:
        others += [labels[::-1], [labels[1], labels[0], *labels[2:]]]
    for other in others:
        with pytest.raises(ArtifactError, match="the labels of its manifest are not those of"):
            check_labels(manifest.model_copy(update={"labels": other}), tmp_path)


def test_a_multilabel_graph_that_names_no_labels_is_let_pass(manifest: Manifest, tmp_path: Path) -> None:
    """Those saved before they answered TensorFlow Serving's classify."""
    (tmp_path / SAVED_MODEL).write_bytes(b"a graph")
    check_labels(manifest.model_copy(update={"task": "multilabel"}), tmp_path)
    (tmp_path / SAVED_MODEL).write_bytes(b"a graph with tensorflow/serving/classify")
    with pytest.raises(ArtifactError):
        check_labels(manifest.model_copy(update={"task": "multilabel"}), tmp_path)
