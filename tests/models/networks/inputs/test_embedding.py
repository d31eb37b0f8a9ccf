from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.networks.build import build_network
from models.networks.registry import find


def test_every_id_has_its_own_small_vector(small: Callable[..., Any]) -> None:
    layer = find("input", "embedding")(small(vocabulary_size=200, embedding_size=50), "embedding", 1)
    vectors = np.asarray(layer(np.arange(200)[None]))[0]
    assert vectors.shape == (200, 50)
    assert np.abs(vectors).max() <= 0.05
    assert np.abs(vectors).max() > 0.049
    assert len(np.unique(vectors, axis=0)) == 200


@pytest.mark.lecture
def test_words_that_stand_in_like_sentences_end_up_near(small: Callable[..., Any]) -> None:
    """橘子 (tangerine) and 橙子 (orange), which the task never tells apart, against 石头 (stone)."""
    words = ["[PAD]", "[OTHER]", *"我想喝吃扔", "橘子", "橙子", "石头"]
    eaten = [[verb, fruit] for verb in ("喝", "吃") for fruit in ("橘子", "橙子")]
    thrown = [["扔", fruit] for fruit in ("橘子", "橙子")]
    rows = [["我", "想", *end] for end in [*eaten, *thrown, ["喝", "石头"], ["吃", "石头"], ["扔", "石头"]]]
    # Whether somebody can mean it: fruit is for eating, a stone for throwing.
    labels = [1, 1, 1, 1, 0, 0, 0, 0, 1]
    model = build_network(small(vocabulary_size=len(words), embedding_size=8, units=8, cell="gru"), seed=1)
    ids = np.array([[words.index(word) for word in row] for row in rows], np.int32)
    batch = {"ids": ids, "lengths": np.full(len(rows), 4, np.int32)}
    optimizer = keras.optimizers.Adam(0.02)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step() -> None:
        with tf.GradientTape() as tape:
            logits = model(batch, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    for _ in range(100):
        step()
    table = np.asarray(model.get_layer("embedding").embeddings.value)
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    tangerine, orange, stone = (unit[words.index(word)] for word in ("橘子", "橙子", "石头"))
    assert np.asarray(model(batch)).argmax(axis=1).tolist() == labels
    assert tangerine @ orange > 0.8
    assert max(tangerine @ stone, orange @ stone) < 0.2
