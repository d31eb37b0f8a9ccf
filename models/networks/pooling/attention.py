"""A weighted mean of the states whose weights are learned."""

from typing import Any

import keras
from keras import ops

from models.networks.lengths import Tensor, is_token
from models.networks.seeds import derive
from models.networks.spec import NetworkSpec

# Below every score, yet finite: the gradient of a row without tokens stays a number.
_FLOOR = -1e9


@keras.saving.register_keras_serializable(package="engram")
class AttentionPooling(keras.layers.Layer):
    """Additive self-attention: a_t = softmax_t(v . tanh(W h_t + b)), output sum_t a_t h_t.

    Reference: Yang et al., Hierarchical attention networks for document classification, 2016, equations 5-7.

    Args:
        units: size of the hidden layer that scores a state.
        seed: start of the initial weights.
    """

    def __init__(self, units: int, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.seed = seed

    def build(self, states_shape: Any, lengths_shape: Any) -> None:
        self.kernel = self._weight("kernel", (states_shape[-1], self.units))
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        self.query = self._weight("query", (self.units, 1))

    def _weight(self, name: str, shape: tuple[int, int]) -> keras.Variable:
        seed = None if self.seed is None else derive(self.seed, name)
        return self.add_weight(name=name, shape=shape, initializer=keras.initializers.GlorotUniform(seed))

    def weights_of(self, states: Tensor, lengths: Tensor) -> Tensor:
        """The share of each state in the output: [batch, time, 1], 0 at padding, summing to 1 or to 0."""
        valid = is_token(states, lengths)
        scores = ops.matmul(ops.tanh(ops.matmul(states, self.kernel) + self.bias), self.query)
        scores = ops.where(valid, scores, _FLOOR)
        # Written out because Keras' softmax warns of a text with one token.
        shares = ops.where(valid, ops.exp(scores - ops.max(scores, axis=1, keepdims=True)), 0.0)
        return shares / ops.maximum(ops.sum(shares, axis=1, keepdims=True), 1e-9)

    def call(self, states: Tensor, lengths: Tensor) -> Tensor:
        weighted = self.weights_of(states, lengths) * states
        # A state at padding may be infinite, and zero times that is not a number.
        return ops.sum(ops.where(is_token(states, lengths), weighted, 0.0), axis=1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units, "seed": self.seed}


def attention_pooling(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """The layer, its scoring layer as large as the state of a cell (``spec.units``)."""
    return AttentionPooling(spec.units, seed=seed, name=name)
