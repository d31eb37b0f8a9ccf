"""The largest value of each feature."""

import keras
from keras import ops

from models.networks.lengths import Tensor, has_token, is_token
from models.networks.spec import NetworkSpec

# Below every state, yet finite: the gradient of a row that holds nothing else stays a number.
_FLOOR = -1e9


def masked_max(states: Tensor, lengths: Tensor) -> Tensor:
    """Maximum over the first ``length`` states of each row, 0 where there is none: [batch, size]."""
    largest = ops.max(ops.where(is_token(states, lengths), states, _FLOOR), axis=1)
    return ops.where(has_token(lengths), largest, 0.0)


@keras.saving.register_keras_serializable(package="engram")
class MaxPooling(keras.layers.Layer):
    """Maximum of each feature over the states of a text."""

    def call(self, states: Tensor, lengths: Tensor) -> Tensor:
        return masked_max(states, lengths)


def max_pooling(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """The layer; it has no weights, so the seed is not used."""
    return MaxPooling(name=name)
