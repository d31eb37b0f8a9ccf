"""The outputs of several networks, or of several sides of one, added up."""

from typing import Any

import keras

from models.networks.lengths import Tensor


@keras.saving.register_keras_serializable(package="engram")
class WeightedSum(keras.layers.Layer):
    """The sum of logits [batch, classes], each times a number of its own.

    The scales are fitted after what they scale: they are not trained here.

    Input: a list of logits. Output: [batch, classes].
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "trainable": False})

    def build(self, input_shape: Any) -> None:
        self.scales = self.add_weight(name="scales", shape=(len(input_shape),), initializer="ones")

    def call(self, logits: list[Tensor]) -> Tensor:
        total = self.scales[0] * logits[0]
        for number, each in enumerate(logits[1:], start=1):
            total = total + self.scales[number] * each
        return total

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape[0]
