"""A moving average of the weights, which is judged and kept in place of the weights of the last step."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np
import tensorflow as tf

# Averaging a table of word vectors costs as much as a step of a small network; every 8th step is enough.
EVERY = 8


class WeightAverage:
    """a = d a + (1 - d) w, with d = decay^8 taken every 8 steps.

    At the t-th time at most d = (1 + t) / (10 + t), so that the average soon forgets the start.

    Reference: Polyak and Juditsky, Acceleration of stochastic approximation by averaging, 1992; Szegedy et
    al., Rethinking the inception architecture, 2016, section 8; the bound is TensorFlow's.

    Args:
        model: whose trainable weights are averaged.
        decay: of one step.
    """

    def __init__(self, model: keras.Model, decay: float) -> None:
        self._weights = model.trainable_variables
        self._decay = decay**EVERY
        self._average = [
            keras.Variable(np.asarray(weight.value).copy(), trainable=False, name=f"average_{number}")
            for number, weight in enumerate(self._weights)
        ]
        self._steps = keras.Variable(0, trainable=False, dtype="int32", name="steps")

    @property
    def variables(self) -> list[keras.Variable]:
        """All state."""
        return [*self._average, self._steps]

    def update(self) -> None:
        """Call it after each step; inside a graph too."""
        self._steps.assign_add(1)
        steps = self._steps.value
        tf.cond(steps % EVERY == 0, lambda: self._add(steps // EVERY), lambda: None)

    def _add(self, times: tf.Tensor) -> None:
        t = tf.cast(times, tf.float32)
        decay = tf.minimum(self._decay, (1 + t) / (10 + t))
        for average, weight in zip(self._average, self._weights, strict=True):
            average.value.assign_add((1 - decay) * (weight.value - average.value))

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """In this block the model has the averaged weights."""
        before = [np.asarray(weight.value) for weight in self._weights]
        for weight, average in zip(self._weights, self._average, strict=True):
            weight.assign(average.value)
        try:
            yield
        finally:
            for weight, value in zip(self._weights, before, strict=True):
                weight.assign(value)
