"""Maximum and mean side by side."""

import keras
from keras import ops

from models.networks.lengths import Tensor
from models.networks.pooling.max import masked_max
from models.networks.pooling.mean import masked_mean
from models.networks.spec import NetworkSpec


@keras.saving.register_keras_serializable(package="engram")
class MaxMeanPooling(keras.layers.Layer):
    """[maximum, mean] over the states of a text: [batch, 2 * size].

    Reference: Howard and Ruder, Universal language model fine-tuning for text classification, 2018, who join
    the last state to these two.
    """

    def call(self, states: Tensor, lengths: Tensor) -> Tensor:
        return ops.concatenate([masked_max(states, lengths), masked_mean(states, lengths)], axis=-1)


def max_mean_pooling(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """The layer; it has no weights, so the seed is not used."""
    return MaxMeanPooling(name=name)
