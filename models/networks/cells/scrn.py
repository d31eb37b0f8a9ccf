"""The structurally constrained recurrent network."""

from typing import Any

import keras
from keras import ops

from models.networks.cells.base import RecurrentCell, at_least_one, over_time
from models.networks.lengths import Tensor
from models.networks.spec import NetworkSpec


@keras.saving.register_keras_serializable(package="engram")
class SCRNCell(RecurrentCell):
    """A slowly changing context beside a fast hidden layer::

        s_t = (1 - alpha) x_t B + alpha s_{t-1}
        h_t = sigmoid(s_t P + x_t A + h_{t-1} R + b)

    The output of a step is [h_t, s_t]: the paper's output layer reads both. The bias b is ours.

    Reference: Mikolov, Joulin, Chopra, Mathieu and Ranzato, Learning longer memory in recurrent neural
    networks, 2015, section 3.2.

    States: h [batch, units] and s [batch, context_units]. Weights: ``kernel`` A [features, units],
    ``context_kernel`` B [features, context_units], ``recurrent_kernel`` R [units, units],
    ``context_to_hidden`` P [context_units, units], ``bias`` b [units].

    Args:
        units: numbers in the hidden layer.
        context_units: numbers in the context.
        alpha: share of the context that stays at a step, above 0 and below 1.

    Raises:
        ValueError: ``units`` or ``context_units`` is below 1, or ``alpha`` not between 0 and 1.
    """

    def __init__(self, units: int, context_units: int, alpha: float = 0.95, **kwargs: Any) -> None:
        super().__init__(units, **{"activation": "sigmoid", **kwargs})
        if not 0.0 < alpha < 1.0:
            raise ValueError(f"alpha = {alpha} is not allowed; use a number above 0 and below 1.")
        self.context_units = at_least_one("context_units", context_units)
        self.alpha = alpha
        self.state_size = [units, context_units]
        self.output_size = units + context_units

    def build(self, input_shape: Any) -> None:
        self.kernel = self._reads_input("kernel", input_shape[-1], self.units)
        self.context_kernel = self._reads_input("context_kernel", input_shape[-1], self.context_units)
        self.recurrent_kernel = self._reads_memory("recurrent_kernel", self.units, self.units)
        self.context_to_hidden = self._reads_input("context_to_hidden", self.context_units, self.units)
        self.bias = self._bias("bias", self.units)

    def call(self, inputs: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        h, s = states
        s = (1.0 - self.alpha) * ops.matmul(inputs, self.context_kernel) + self.alpha * s
        total = ops.matmul(inputs, self.kernel) + ops.matmul(h, self.recurrent_kernel) + self.bias
        h = self.activation(total + ops.matmul(s, self.context_to_hidden))
        return ops.concatenate([h, s], axis=-1), [h, s]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "context_units": self.context_units, "alpha": self.alpha}


def scrn(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """The cell with ``units``, ``context_units`` and ``alpha`` of ``spec``, over time."""
    return over_time(SCRNCell(spec.units, spec.context_units, spec.alpha, seed=seed), name)
