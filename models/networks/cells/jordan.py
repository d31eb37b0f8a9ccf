"""The Jordan network."""

from typing import Any

import keras
from keras import activations, ops

from models.networks.cells.base import RecurrentCell, at_least_one, over_time
from models.networks.lengths import Tensor
from models.networks.spec import NetworkSpec


@keras.saving.register_keras_serializable(package="engram")
class JordanCell(RecurrentCell):
    """A network whose memory is the value of its output layer::

        h_t = tanh(x_t U + y_{t-1} W + b)
        y_t = g(h_t V + c)

    The output of a step is y_t, and y_0 is 0. (Elman's network remembers h_t instead.)

    Reference: Jordan, Serial order: a parallel distributed processing approach, 1986, section 5 (without the
    decay of his state units).

    State: y [batch, output_units]. Weights: ``kernel`` U [features, units], ``recurrent_kernel`` W
    [output_units, units], ``bias`` b [units], ``output_kernel`` V [units, output_units], ``output_bias`` c
    [output_units].

    Args:
        units: numbers in the hidden layer.
        output_units: numbers in the output layer; None for as many as ``units``.
        output_activation: g, a Keras activation.

    Raises:
        ValueError: ``units`` or ``output_units`` is below 1.
    """

    def __init__(
        self, units: int, output_units: int | None = None, output_activation: Any = "tanh", **kwargs: Any
    ) -> None:
        super().__init__(units, **kwargs)
        self.output_units = at_least_one("output_units", units if output_units is None else output_units)
        self.output_activation = activations.get(output_activation)
        self.state_size = [self.output_units]
        self.output_size = self.output_units

    def build(self, input_shape: Any) -> None:
        self.kernel = self._reads_input("kernel", input_shape[-1], self.units)
        self.recurrent_kernel = self._reads_memory("recurrent_kernel", self.output_units, self.units)
        self.bias = self._bias("bias", self.units)
        self.output_kernel = self._reads_memory("output_kernel", self.units, self.output_units)
        self.output_bias = self._bias("output_bias", self.output_units)

    def call(self, inputs: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        total = ops.matmul(inputs, self.kernel) + ops.matmul(states[0], self.recurrent_kernel) + self.bias
        hidden = self.activation(total)
        y = self.output_activation(ops.matmul(hidden, self.output_kernel) + self.output_bias)
        return y, [y]

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "output_units": self.output_units,
            "output_activation": activations.serialize(self.output_activation),
        }


def jordan(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """The cell with ``units``, ``output_units`` and ``output_activation`` of ``spec``, over time."""
    cell = JordanCell(spec.units, spec.output_units, spec.output_activation, seed=seed)
    return over_time(cell, name)
