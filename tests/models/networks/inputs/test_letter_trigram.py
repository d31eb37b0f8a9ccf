from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf

from models.networks.build import build_network
from models.networks.registry import find
from models.networks.weights import network_weights
from models.onnx.build import build_onnx
from models.text.letters import OTHER_INSIDE_ID, trigram_ids, trigram_vocabulary

SIZE = len(trigram_vocabulary())
TEXTS = ["a great day", "", "Bücher 3:00 爱", "day"]


def rows_of(texts: list[str]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    rows = [[each for word in text.split() for each in trigram_ids(word)] for text in texts]
    ids = np.full((len(rows), max(map(len, rows)) + 2), 99, np.int32)
    for row, found in zip(ids, rows, strict=True):
        row[: len(found)] = found
    return ids, np.array(list(map(len, rows)), np.int32)


def bag(word: str) -> npt.NDArray[np.float64]:
    """Counts of the trigrams and other: [27^3 + 2], by id."""
    ids = [1 if each == OTHER_INSIDE_ID else each for each in trigram_ids(word)]
    return np.bincount(ids, minlength=OTHER_INSIDE_ID).astype(float)


@pytest.fixture
def layer(small: Callable[..., Any], randomise: Callable[..., Any]) -> Any:
    found = find("input", "letter-trigram")(small(vocabulary_size=SIZE), "embedding", 1)
    found.build((None, None), (None,))
    return randomise(found)


def test_a_word_is_the_bag_of_its_trigrams_times_a_matrix(layer: Any) -> None:
    vectors, words = layer(*rows_of(TEXTS))
    assert np.asarray(words).tolist() == [3, 0, 3, 1]
    assert vectors.shape == (4, 3, 4)
    matrix = layer.embeddings.numpy()
    assert matrix.shape == (2 + 27**3, 4)
    for found, text in zip(np.asarray(vectors), TEXTS, strict=True):
        for vector, word in zip(found, text.split(), strict=False):
            np.testing.assert_allclose(vector, bag(word) @ matrix, rtol=0, atol=1e-5)
        assert not found[len(text.split()) :].any()


def test_only_empty_texts_have_one_place(layer: Any) -> None:
    vectors, words = layer(np.zeros((2, 1), np.int32), np.zeros(2, np.int32))
    assert vectors.shape == (2, 1, 4)
    assert np.asarray(words).tolist() == [0, 0]


@pytest.mark.parametrize("cell", ["lstm", "scrn"])
@pytest.mark.parametrize("pooling", ["last", "attention"])
def test_the_onnx_twin_gives_the_same_also_in_8_bits(
    small: Callable[..., Any], randomise: Callable[..., Any], cell: str, pooling: str
) -> None:
    import onnxruntime

    spec = small(vocabulary_size=SIZE, input="letter-trigram", cell=cell, pooling=pooling)
    model = randomise(build_network(spec, 1))
    ids, lengths = rows_of(TEXTS)
    expected = np.asarray(model({"ids": ids, "lengths": lengths}))
    assert np.ptp(expected, axis=0).min() > 1e-3
    for int8, tolerance in ((False, 1e-5), (True, 0.1)):
        twin = build_onnx(network_weights(model, spec), int8=int8).SerializeToString()
        session = onnxruntime.InferenceSession(twin, providers=["CPUExecutionProvider"])
        (logits,) = session.run(["logits"], {"ids": ids, "lengths": lengths})
        np.testing.assert_allclose(logits, expected, rtol=0, atol=tolerance)


def test_gradients_reach_the_trigrams_of_a_batch_only(small: Callable[..., Any]) -> None:
    spec = small(vocabulary_size=SIZE, input="letter-trigram", cell="gru")
    model = build_network(spec, 1)
    ids, lengths = rows_of(TEXTS)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model({"ids": ids, "lengths": lengths}) ** 2)
    table = model.get_layer("embedding").embeddings
    gradient = np.asarray(tf.convert_to_tensor(tape.gradient(loss, table.value)))
    expected = sum(bag(word) for text in TEXTS for word in text.split()) > 0
    np.testing.assert_array_equal(gradient.any(axis=1), expected)
