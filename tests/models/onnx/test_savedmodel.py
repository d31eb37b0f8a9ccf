"""ONNX files give what the SavedModel gives, both loaded as they are to serve.

Every pair of parts, directions and depths: tracing takes a second each. ``test_build`` holds the same against
the Keras network that the SavedModel is traced from.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.combinations import pairwise
from models.onnx.build import build_onnx
from models.runtime.engines.onnx import FILES, OnnxEngine
from models.text.graph import GraphText
from models.text.spec import TextRule
from models.text.vocabulary import Vocabulary
from training.saved_model import ServingModule

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

COMBINATIONS = pairwise()
BATCHES = ([5, 0, 3, 1, 6], [0, 0], [4])


@pytest.fixture(scope="module")
def networks(make_twins: Callable[..., Any]) -> list[tuple[Any, Any]]:
    """A Keras network and its arrays for each combination."""
    return [make_twins(**parts.fields) for parts in COMBINATIONS]


@pytest.fixture(scope="module")
def signatures(networks: list[Any], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The ``ids`` signature of each, saved and loaded again. One file holds all: saving is slow."""
    folder = str(tmp_path_factory.mktemp("saved"))
    text = GraphText(TextRule(), Vocabulary.fit([[f"w{number}"] for number in range(9)], 11))
    root = tf.Module()
    root.parts = [ServingModule(model, text, ["a", "b", "c"], "classification", 1.0) for model, _ in networks]
    tf.saved_model.save(root, folder, {f"n{number}": part.ids for number, part in enumerate(root.parts)})
    loaded = tf.saved_model.load(folder)
    found = dict(loaded.signatures.items())
    # The signatures alone do not keep the variables alive.
    found["root"] = loaded
    return found


def batch(lengths: list[int]) -> tuple[Any, Any]:
    """Random ids, also where padding is: nothing there may count."""
    ids = np.random.default_rng(2).integers(0, 11, (len(lengths), max(lengths) + 2))
    return ids.astype(np.int32), np.array(lengths, np.int32)


@pytest.mark.parametrize("number", range(len(COMBINATIONS)), ids=lambda number: str(COMBINATIONS[number]))
def test_savedmodel_and_onnx_file_give_the_logits_of_the_network(
    networks: list[Any], signatures: Mapping[str, Any], tmp_path: Path, number: int
) -> None:
    model, network = networks[number]
    (tmp_path / FILES["onnx"]).write_bytes(build_onnx(network).SerializeToString())
    engine = OnnxEngine(tmp_path)
    for lengths in BATCHES:
        ids, rows = batch(lengths)
        expected = signatures[f"n{number}"](ids=tf.constant(ids), lengths=tf.constant(rows))["logits"]
        assert np.ptp(expected) > 0
        keras_own = np.asarray(model({"ids": ids, "lengths": rows}, training=False))
        np.testing.assert_allclose(expected, keras_own, rtol=0, atol=1e-5)
        np.testing.assert_allclose(engine.run(ids, rows)["logits"], expected, rtol=0, atol=1e-5)
