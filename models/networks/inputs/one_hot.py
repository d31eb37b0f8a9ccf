"""A fixed vector for each token: 1-of-N encoding."""

from typing import Any

import keras
from keras import ops

from models.networks.lengths import Tensor
from models.networks.spec import NetworkSpec


@keras.saving.register_keras_serializable(package="engram")
class OneHot(keras.layers.Layer):
    """1 in the place of the token, 0 elsewhere; the first place is that of every unknown token ("other").

    Padding has no place: its vector is zero. Nothing is learned here. A layer that multiplies this vector by
    a matrix looks up a row of it, which is what an embedding is.

    Input: ids int32 [batch, time]. Output: [batch, time, vocabulary_size - 1].

    Args:
        vocabulary_size: number of ids, padding and other included.
    """

    def __init__(self, vocabulary_size: int, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "trainable": False})
        self.vocabulary_size = vocabulary_size

    def call(self, ids: Tensor) -> Tensor:
        return ops.one_hot(ids, self.vocabulary_size, dtype=self.compute_dtype)[..., 1:]

    def compute_output_shape(self, ids_shape: Any) -> Any:
        return (*ids_shape, self.vocabulary_size - 1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "vocabulary_size": self.vocabulary_size}


def one_hot(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """The layer for the ids of ``spec``; it has no weights, so the seed is not used."""
    return OneHot(spec.vocabulary_size, name=name)
