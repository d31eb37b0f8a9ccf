"""Rows that change on their own, against Adam written in NumPy."""

import keras
import numpy as np
import tensorflow as tf

from training.lazy_adam import LazyAdam

RATE, BETA2 = 0.05, 0.99


class Row:
    """One row and its Adam, in NumPy."""

    def __init__(self, weights: np.ndarray) -> None:
        self.w, self.m, self.v, self.k = weights.astype(np.float64), 0.0, 0.0, 0

    def step(self, g: np.ndarray, decay: float) -> None:
        self.k += 1
        self.m = 0.9 * self.m + 0.1 * g
        self.v = BETA2 * self.v + (1 - BETA2) * g**2
        m, v = self.m / (1 - 0.9**self.k), self.v / (1 - BETA2**self.k)
        self.w = self.w - RATE * decay * self.w - RATE * m / (np.sqrt(v) + 1e-6)


def test_every_row_takes_adam_s_steps_in_its_own_batches_only() -> None:
    random = np.random.default_rng(1)
    start = random.normal(size=(6, 4)).astype(np.float32)
    for decay in (0.0, 0.3):
        table = keras.Variable(start)
        lazy = LazyAdam(table, beta2=BETA2, decay=decay)
        rows = [Row(row) for row in start]
        for held in ([1, 3], [3, 5, 4], [1], [4, 3], [5, 1, 3]):
            gradients = random.normal(size=(len(held), 4)).astype(np.float32)
            lazy.apply(tf.constant(held, tf.int32), tf.constant(gradients), tf.constant(RATE))
            for row, gradient in zip(held, gradients, strict=True):
                rows[row].step(gradient, decay)
        np.testing.assert_allclose(np.asarray(table.value), [row.w for row in rows], atol=1e-5)
        np.testing.assert_array_equal(np.asarray(table.value)[2], start[2])


def test_the_padding_row_is_never_trained() -> None:
    table = keras.Variable(np.ones((3, 2), np.float32))
    lazy = LazyAdam(table, decay=0.5)
    lazy.apply(tf.constant([0, 2]), tf.ones([2, 2]), tf.constant(RATE))
    found = np.asarray(table.value)
    np.testing.assert_array_equal(found[0], [1.0, 1.0])
    assert (found[2] < 1.0).all()


def test_its_state_is_all_that_a_resumed_run_needs() -> None:
    """Moments and counts copied into a new one take the same next step."""

    def next_step(lazy: LazyAdam, table: keras.Variable) -> np.ndarray:
        lazy.apply(tf.constant([1]), tf.constant([[0.3, -2.0]]), tf.constant(RATE))
        return np.asarray(table.value)

    first = keras.Variable(np.ones((2, 2), np.float32))
    lazy = LazyAdam(first)
    next_step(lazy, first)
    second = keras.Variable(np.asarray(first.value))
    copy = LazyAdam(second)
    for variable, saved in zip(copy.variables, lazy.variables, strict=True):
        variable.assign(np.asarray(saved.value))
    np.testing.assert_array_equal(next_step(copy, second), next_step(lazy, first))
