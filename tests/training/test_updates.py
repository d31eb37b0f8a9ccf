"""What one step does to a network: clipping over everything, and the word vectors' own rate and rows."""

from typing import Any

import keras
import numpy as np
import pytest

from models.networks.pooling.mean import MeanPooling
from training.batching import Batch
from training.config import TrainingConfig
from training.step import NetworkSteps
from training.updates import Updates

# Token 3 stands twice, token 4 once, 5 to 8 never; the second row has padding.
BATCH = Batch(
    np.array([[3, 4, 3], [2, 0, 0]], np.int32),
    np.array([3, 1], np.int32),
    np.array([0, 1], np.int32),
    np.ones(2, np.float32),
    np.arange(2),
)


def network() -> keras.Model:
    """Without recurrence: tracing it would take most of the tests' time."""
    ids, lengths = (
        keras.Input((None,), dtype="int32", name="ids"),
        keras.Input((), dtype="int32", name="lengths"),
    )
    embedding = keras.layers.Embedding(9, 4, embeddings_initializer=keras.initializers.RandomUniform(seed=1))
    embedding.name = "embedding"
    states = keras.layers.Dense(
        3, "tanh", name="hidden", kernel_initializer=keras.initializers.GlorotUniform(2)
    )(embedding(ids))
    logits = keras.layers.Dense(2, kernel_initializer=keras.initializers.GlorotUniform(3), name="logits")
    return keras.Model({"ids": ids, "lengths": lengths}, logits(MeanPooling()(states, lengths)))


def values(model: keras.Model) -> dict[str, np.ndarray]:
    return {variable.path: np.asarray(variable.value).copy() for variable in model.trainable_variables}


def moves(steps: int = 1, **config: Any) -> tuple[dict[str, np.ndarray], float]:
    """How far each weight went, and the norm of the last gradient."""
    model = network()
    before = values(model)
    updates = Updates(TrainingConfig(**({"learning_rate": 0.1, "clip_norm": None} | config)), model, 100)
    train = NetworkSteps(model, updates, "classification").train
    norm = [float(train(BATCH).norm) for _ in range(steps)][-1]
    return {path: value - before[path] for path, value in values(model).items()}, norm


TABLE = "embedding/embeddings"
SGD = {"optimizer": "sgd", "momentum": 0.0}


def test_the_gradient_is_clipped_by_its_norm_over_everything() -> None:
    """The norm is that of the table's summed rows: plain SGD moves by exactly rate * gradient."""
    free, norm = moves(**SGD)
    squares = sum(float((move**2).sum()) for move in free.values())
    assert norm == pytest.approx(np.sqrt(squares) / 0.1, rel=1e-4)
    clipped, same_norm = moves(**SGD, clip_norm=norm / 2)
    assert same_norm == pytest.approx(norm)
    for path, move in free.items():
        np.testing.assert_allclose(clipped[path], move / 2, atol=1e-7)
    longer, _ = moves(**SGD, clip_norm=norm * 2)
    np.testing.assert_allclose(longer[TABLE], free[TABLE], atol=1e-7)


@pytest.mark.parametrize("updates", ["lazy", "dense"])
def test_only_the_words_of_a_batch_change_at_its_step(updates: str) -> None:
    table = moves(embedding_updates=updates)[0][TABLE]
    assert (np.abs(table[[2, 3, 4]]) > 0.05).all()
    np.testing.assert_array_equal(table[[0, 1, 5, 6, 7, 8]], 0.0)


def test_lazy_and_dense_are_the_same_for_words_of_every_batch() -> None:
    lazy, dense = moves(5)[0], moves(5, embedding_updates="dense")[0]
    for path, move in lazy.items():
        np.testing.assert_allclose(move, dense[path], atol=2e-4, err_msg=path)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("updates", ["lazy", "dense"])
def test_word_vectors_have_a_rate_of_their_own(optimizer: str, updates: str) -> None:
    config = {"optimizer": optimizer, "embedding_updates": updates}
    same, own = moves(**config)[0], moves(**config, embedding_rate=0.01)[0]
    np.testing.assert_allclose(own[TABLE], same[TABLE] / 10, atol=1e-6)
    for path in same.keys() - {TABLE}:
        np.testing.assert_array_equal(own[path], same[path])


def test_a_rate_of_zero_leaves_the_word_vectors_as_they_are() -> None:
    found = moves(embedding_rate=0.0)[0]
    np.testing.assert_array_equal(found[TABLE], 0.0)
    assert all(np.abs(move).max() > 0 for path, move in found.items() if path != TABLE)


def test_the_table_s_rate_follows_the_schedule() -> None:
    """Adam's first step is as long as the rate: with a warm-up of 10 steps a tenth of it."""
    table = moves(warmup=0.1)[0][TABLE]
    np.testing.assert_allclose(np.abs(table[[2, 3, 4]]), 0.01, rtol=1e-2)


def test_decay_of_the_word_vectors_is_their_own() -> None:
    """No word, no decay: rows outside of the batch keep their length."""
    plain = moves(optimizer="adamw")[0]
    decayed = moves(optimizer="adamw", embedding_decay=0.5)[0]
    start = dict(values(network()))[TABLE]
    expected = plain[TABLE] - 0.1 * 0.5 * np.where(np.isin(np.arange(9), [2, 3, 4])[:, None], start, 0.0)
    np.testing.assert_allclose(decayed[TABLE], expected, atol=1e-6)
    np.testing.assert_array_equal(decayed["logits/kernel"], plain["logits/kernel"])
    other = moves(optimizer="adamw", weight_decay=0.5)[0]
    np.testing.assert_array_equal(other[TABLE], plain[TABLE])
    assert np.abs(other["logits/kernel"] - plain["logits/kernel"]).max() > 1e-3
