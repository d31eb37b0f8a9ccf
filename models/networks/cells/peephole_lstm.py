"""Long short-term memory whose gates see the memory cell."""

from typing import Any

import keras
from keras import ops

from models.networks.cells.base import RecurrentCell, over_time
from models.networks.lengths import Tensor
from models.networks.spec import NetworkSpec


@keras.saving.register_keras_serializable(package="engram")
class PeepholeLSTMCell(RecurrentCell):
    """An LSTM with peephole connections::

        i_t = sigmoid(x_t W_i + h_{t-1} U_i + p_i c_{t-1} + b_i)
        f_t = sigmoid(x_t W_f + h_{t-1} U_f + p_f c_{t-1} + b_f)
        c_t = f_t c_{t-1} + i_t tanh(x_t W_c + h_{t-1} U_c + b_c)
        o_t = sigmoid(x_t W_o + h_{t-1} U_o + p_o c_t + b_o)
        h_t = o_t tanh(c_t)

    The peepholes p are vectors: a gate sees its own memory cell only. The forget gate's bias starts at 1, the
    peepholes at 0, so that the cell starts as an LSTM.

    Reference: Gers, Schraudolph and Schmidhuber, Learning precise timing with LSTM recurrent networks, 2002,
    section 2.2.

    States: h [batch, units] and c [batch, units]. Weights: ``kernel`` [features, 4 units] and
    ``recurrent_kernel`` [units, 4 units] in the order i, f, c, o; ``peephole`` [3, units] in the order i, f,
    o; ``bias`` [4 units].
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(units, **kwargs)
        self.state_size = [units, units]
        self.output_size = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self._reads_input("kernel", input_shape[-1], 4 * self.units)
        self.recurrent_kernel = self._reads_memory("recurrent_kernel", self.units, 4 * self.units)
        self.peephole = self.add_weight(name="peephole", shape=(3, self.units), initializer="zeros")
        self.bias = self.add_weight(name="bias", shape=(4 * self.units,), initializer=self._open_forget_gate)

    def _open_forget_gate(self, shape: Any, dtype: Any = None) -> Tensor:
        forget = (ops.arange(shape[0]) // self.units) == 1
        return ops.cast(forget, dtype or self.variable_dtype)

    def call(self, inputs: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        h, c = states
        total = ops.matmul(inputs, self.kernel) + ops.matmul(h, self.recurrent_kernel) + self.bias
        i, f, new, o = ops.split(total, 4, axis=-1)
        i = ops.sigmoid(i + self.peephole[0] * c)
        f = ops.sigmoid(f + self.peephole[1] * c)
        c = f * c + i * self.activation(new)
        h = ops.sigmoid(o + self.peephole[2] * c) * self.activation(c)
        return h, [h, c]


def peephole_lstm(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """The cell with ``spec.units``, over time."""
    return over_time(PeepholeLSTMCell(spec.units, seed=seed), name)
