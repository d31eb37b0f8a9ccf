"""The state after a direction has read the whole text."""

from typing import Any

import keras
from keras import ops

from models.networks.lengths import Tensor, has_token, take_steps
from models.networks.spec import NetworkSpec


@keras.saving.register_keras_serializable(package="engram")
class LastPooling(keras.layers.Layer):
    """The final state of each direction.

    Args:
        bidirectional: the second half of the features was read from the end: its final state stands at the
            first token.
    """

    def __init__(self, bidirectional: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bidirectional = bidirectional

    def call(self, states: Tensor, lengths: Tensor) -> Tensor:
        forward, backward = ops.split(states, 2, axis=-1) if self.bidirectional else (states, None)
        final = take_steps(forward, ops.maximum(lengths - 1, 0)[:, None])[:, 0]
        if backward is not None:
            final = ops.concatenate([final, backward[:, 0]], axis=-1)
        return ops.where(has_token(lengths), final, 0.0)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "bidirectional": self.bidirectional}


def last_pooling(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """The layer for the directions of ``spec``; it has no weights."""
    return LastPooling(bidirectional=spec.bidirectional, name=name)
