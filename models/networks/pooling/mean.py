"""The mean of the states."""

import keras
from keras import ops

from models.networks.lengths import Tensor, is_token
from models.networks.spec import NetworkSpec


def masked_mean(states: Tensor, lengths: Tensor) -> Tensor:
    """Mean over the first ``length`` states of each row: [batch, size]."""
    total = ops.sum(ops.where(is_token(states, lengths), states, 0.0), axis=1)
    return total / ops.cast(ops.maximum(lengths, 1), total.dtype)[:, None]


@keras.saving.register_keras_serializable(package="engram")
class MeanPooling(keras.layers.Layer):
    """Mean over the states of a text."""

    def call(self, states: Tensor, lengths: Tensor) -> Tensor:
        return masked_mean(states, lengths)


def mean_pooling(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """The layer; it has no weights, so the seed is not used."""
    return MeanPooling(name=name)
