"""The Clockwork network: groups of units that run at different speeds."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from models.clock import connected, unit_periods, wrong_periods
from models.networks.cells.base import RecurrentCell, over_time
from models.networks.lengths import Tensor
from models.networks.spec import NetworkSpec


@keras.saving.register_keras_serializable(package="engram")
class ClockworkCell(RecurrentCell):
    """A plain network whose units stand in groups of like size, each with a period T::

        h_t = tanh(x_t W + h_{t-1} U + b)    for the units whose T divides t
        h_t = h_{t-1}                        for all others

    Steps are counted from 0, so the first token reaches every group. A group reads its own memory and that of
    slower groups (U is zero elsewhere), so what is slow is not disturbed by what is fast.

    Reference: Koutnik, Greff, Gomez and Schmidhuber, A clockwork RNN, 2014, section 3.

    States: h [batch, units] and the number of the step [batch, 1]. Weights: ``kernel`` W [features, units],
    ``recurrent_kernel`` U [units, units] (``models.clock.connected`` says which part counts), ``bias`` b
    [units].

    Args:
        units: numbers in the hidden state.
        periods: of the groups, each at least 1, ascending; as many as divide ``units``.

    Raises:
        ValueError: the periods are not such.
    """

    def __init__(self, units: int, periods: Sequence[int] = (1, 2, 4, 8), **kwargs: Any) -> None:
        super().__init__(units, **kwargs)
        self.periods = tuple(periods)
        if problem := wrong_periods(units, self.periods):
            raise ValueError(f"{problem}.")
        self.state_size = [units, 1]
        self.output_size = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self._reads_input("kernel", input_shape[-1], self.units)
        self.recurrent_kernel = self._reads_memory("recurrent_kernel", self.units, self.units)
        self.bias = self._bias("bias", self.units)

    def call(self, inputs: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        h, step = states
        recurrent = self.recurrent_kernel * connected(self.units, self.periods)
        new = self.activation(ops.matmul(inputs, self.kernel) + ops.matmul(h, recurrent) + self.bias)
        due = ops.equal(ops.mod(step, unit_periods(self.units, self.periods)), 0)
        h = ops.where(due, new, h)
        return h, [h, step + 1]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "periods": list(self.periods)}


def clockwork(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """The cell with ``units`` and ``periods`` of ``spec``, over time."""
    return over_time(ClockworkCell(spec.units, spec.periods, seed=seed), name)
