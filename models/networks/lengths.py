"""Masks and row reversal from the lengths of right-padded rows."""

from typing import Any

import keras
from keras import ops

Tensor = Any  # keras.KerasTensor or a tensor of the backend


def is_token(states: Tensor, lengths: Tensor) -> Tensor:
    """True where a step is within its row's length: bool [batch, time, 1] for states [batch, time, size]."""
    steps = ops.arange(ops.shape(states)[1], dtype="int32")
    return ops.expand_dims(steps[None, :] < lengths[:, None], -1)


def has_token(lengths: Tensor) -> Tensor:
    """True for rows with at least one token: bool [batch, 1]."""
    return ops.expand_dims(lengths > 0, -1)


def take_steps(states: Tensor, steps: Tensor) -> Tensor:
    """The states of each row at ``steps``.

    One gather on [batch * time, size]: about 1.5 times as fast in training as ``take_along_axis``.

    Args:
        states: [batch, time, size].
        steps: int32 [batch, n], each at least 0 and below time.

    Returns:
        [batch, n, size].
    """
    batch, time, size = ops.shape(states)
    rows = ops.expand_dims(ops.arange(batch, dtype="int32") * time, 1)
    flat = ops.take(ops.reshape(states, (-1, size)), ops.reshape(rows + steps, (-1,)), axis=0)
    return ops.reshape(flat, (-1, ops.shape(steps)[1], size))


@keras.saving.register_keras_serializable(package="engram")
class ReverseTokens(keras.layers.Layer):
    """Turns the tokens of each row around and leaves its padding where it is; its own inverse.

    Input: sequence [batch, time, size] and lengths int32 [batch]. Output: [batch, time, size].
    """

    def call(self, sequence: Tensor, lengths: Tensor) -> Tensor:
        steps = ops.arange(ops.shape(sequence)[1], dtype="int32")[None, :]
        last = lengths[:, None] - 1
        return take_steps(sequence, ops.where(steps <= last, last - steps, steps))

    def compute_output_shape(self, sequence_shape: Any, lengths_shape: Any) -> Any:
        return sequence_shape
