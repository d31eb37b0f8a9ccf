"""Vectors gathered once a token answer and learn as the embedding layer does."""

import numpy as np
import tensorflow as tf

from models.networks.build import build_network
from models.networks.spec import NetworkSpec
from training.word_rows import WordRows, word_table

IDS = np.array([[3, 4, 3, 8], [2, 3, 0, 0]], np.int32)
LENGTHS = np.array([4, 2], np.int32)


def test_logits_and_gradient_are_those_of_the_embedding_layer() -> None:
    sizes = {"embedding_size": 5, "units": 3, "embedding_dropout": 0.0, "dropout": 0.0}
    model = build_network(NetworkSpec(9, 2, cell="simple_rnn", **sizes), 1)
    table = word_table(model)
    assert table is not None
    with tf.GradientTape() as tape:
        expected = model({"ids": IDS, "lengths": LENGTHS}, training=True)
        loss = tf.reduce_sum(expected**2)
    dense = np.asarray(tf.convert_to_tensor(tape.gradient(loss, table.value)))

    rows = WordRows(model)
    gathered = rows.gather(tf.constant(IDS))
    with tf.GradientTape() as tape:
        tape.watch(gathered.vectors)
        found = rows.logits(gathered, tf.constant(IDS), tf.constant(LENGTHS))
        loss = tf.reduce_sum(found**2)
    gradient = gathered.gradient(tape.gradient(loss, gathered.vectors))
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert sorted(np.asarray(gradient.indices).tolist()) == [0, 2, 3, 4, 8]
    np.testing.assert_allclose(
        tf.scatter_nd(gradient.indices[:, None], gradient.values, dense.shape), dense, atol=1e-6
    )
    assert np.abs(dense[[2, 3, 4, 8]]).max(axis=1).min() > 1e-4
