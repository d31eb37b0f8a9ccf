from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from models.networks.registry import find
from models.text.vocabulary import Vocabulary


@pytest.mark.lecture
@pytest.mark.parametrize(
    "lexicon", [["apple", "bag", "cat", "dog", "elephant"], ["wish", "have", "a", "great", "day"]]
)
def test_one_of_n_encoding(small: Callable[..., Any], lexicon: list[str]) -> None:
    """apple = [1, 0, 0, 0, 0] ... elephant = [0, 0, 0, 0, 1], behind one place for every other word."""
    vocabulary = Vocabulary(("[PAD]", "[OTHER]", *lexicon))
    layer = find("input", "one-hot")(small(vocabulary_size=len(vocabulary)), "embedding", 1)
    vectors = np.asarray(layer(np.array([[vocabulary.id_of(word) for word in [*lexicon, "zebra"]]])))[0]
    np.testing.assert_array_equal(vectors[:5, 1:], np.eye(5))
    assert not vectors[:5, 0].any()
    assert vectors[5].tolist() == [1, 0, 0, 0, 0, 0]


def test_padding_is_the_zero_vector_and_nothing_is_learned(small: Callable[..., Any]) -> None:
    layer = find("input", "one-hot")(small(), "embedding", 1)
    assert not np.asarray(layer(np.zeros((1, 2), np.int32))).any()
    assert layer.weights == []


@pytest.mark.lecture
def test_a_one_hot_row_times_a_matrix_is_the_row_of_an_embedding(small: Callable[..., Any]) -> None:
    table = np.random.default_rng(0).normal(size=(11, 4)).astype(np.float32)
    ids = np.array([[1, 5, 10], [2, 2, 9]], np.int32)
    embedding = find("input", "embedding")(small(), "embedding", 1)
    embedding.build(ids.shape)
    embedding.embeddings.assign(table)
    dense = keras.layers.Dense(4, use_bias=False)
    dense.build((None, None, 10))
    dense.kernel.assign(table[1:])
    one_hot = find("input", "one-hot")(small(), "embedding", 1)
    np.testing.assert_array_equal(np.asarray(dense(one_hot(ids))), np.asarray(embedding(ids)))
