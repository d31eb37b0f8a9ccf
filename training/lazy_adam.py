"""Adam for a table of word vectors that touches only the rows of a batch.

A batch holds a few thousand of the table's rows. Adam as written updates every row at every step, since its
moments decay even where the gradient is 0; on 30,000 x 128 numbers that costs more than the rest of a step of
a small network.
"""

from typing import Any

import keras
import tensorflow as tf

from models.text.spec import PADDING_ID

BETA1 = 0.9
EPSILON = 1e-7


class LazyAdam:
    """Each row is a parameter of its own that takes Adam's step only in batches that hold its token.

    For a row r with gradient g, in the k-th batch that holds it::

        m_r = b1 m_r + (1 - b1) g        v_r = b2 v_r + (1 - b2) g^2
        w_r = (1 - rate * decay) w_r - rate * sqrt(1 - b2^k) / (1 - b1^k) * m_r / (sqrt(v_r) + 1e-7)

    Moments, count and weights of all other rows stay as they are. g is the sum over all places of the token
    in the batch. The row of the padding id never changes.

    Reference: Kingma and Ba, Adam, 2015, end of section 2 (the order of its factors); decay as in Loshchilov
    and Hutter, Decoupled weight decay regularization, 2019.

    Args:
        table: variable [rows, size].
        beta2: b2.
        decay: share of a row taken away at its steps, times the rate.
    """

    def __init__(self, table: keras.Variable, *, beta2: float = 0.999, decay: float = 0.0) -> None:
        self.table, self.beta2, self.decay = table, beta2, decay
        rows, size = table.shape
        self._first = keras.Variable(tf.zeros([rows, size]), trainable=False, name="first_moment")
        self._second = keras.Variable(tf.zeros([rows, size]), trainable=False, name="second_moment")
        self._count = keras.Variable(tf.zeros([rows], tf.int32), trainable=False, dtype="int32", name="count")

    @property
    def variables(self) -> list[keras.Variable]:
        """All state."""
        return [self._first, self._second, self._count]

    def apply(self, rows: Any, gradients: Any, rate: Any) -> None:
        """Takes the step of some rows.

        Args:
            rows: int32 [n], each row once.
            gradients: [n, size].
            rate: the learning rate, a scalar.
        """
        table, first, second, count = (
            variable.value for variable in (self.table, self._first, self._second, self._count)
        )
        m = BETA1 * tf.gather(first, rows) + (1 - BETA1) * gradients
        v = self.beta2 * tf.gather(second, rows) + (1 - self.beta2) * tf.square(gradients)
        k = tf.gather(count, rows) + 1
        w = tf.gather(table, rows)
        powers = tf.cast(k, tf.float32)
        scale = rate * tf.sqrt(1 - self.beta2**powers) / (1 - BETA1**powers)
        step = scale[:, None] * m / (tf.sqrt(v) + EPSILON) + rate * self.decay * w
        step = tf.where((rows == PADDING_ID)[:, None], 0.0, step)
        for variable, values in ((first, m), (second, v), (count, k), (table, w - step)):
            variable.scatter_update(tf.IndexedSlices(values, rows))
