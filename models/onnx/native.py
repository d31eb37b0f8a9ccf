"""The cells that ONNX has an operator for: all directions of a layer in one node, of any length each row.

The operators take ``sequence_lens``: the backward direction starts at a row's last token, as reading turned
rows does in ``models.networks.recurrent``, and a row of length 0 leaves the state at zero.

Reference: ONNX operators RNN, LSTM and GRU, version 22.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from models.onnx.graph import Graph, Value
from models.onnx.network import CellSettings, Weights
from models.onnx.states import States

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class NativeCell:
    """Makes a layer of one operator.

    Attributes:
        operator: its name.
        gates: for each gate, in ONNX' order, its place among Keras' gates.
        attributes: what the operator is told beyond size and direction.
        activation: of the state, where it is not the operator's own.
        peepholes: for each gate that sees the memory cell, in ONNX' order, its place among Keras' peepholes.
    """

    operator: str
    gates: tuple[int, ...]
    attributes: Mapping[str, int] = field(default_factory=dict)
    activation: str | None = None
    peepholes: tuple[int, ...] = ()

    def __call__(
        self,
        graph: Graph,
        name: str,
        sequence: Value,
        lengths: Value,
        directions: Sequence[Weights],
        settings: CellSettings,
    ) -> States:
        """The states over ``sequence`` [time, batch, features]; names of weights begin with ``name``."""
        units = directions[0]["recurrent_kernel"].shape[0]

        def stacked(part: str, prepare: Callable[[Floats], Floats]) -> Value:
            return graph.weight(
                f"{name}.{part}", np.stack([prepare(weights[part]) for weights in directions])
            )

        optional: list[Value] = []
        if self.peepholes:
            places = list(self.peepholes)
            # Before them stand the states to start from, which are left out: zero.
            optional = ["", "", stacked("peephole", lambda peephole: peephole[places].ravel())]
        attributes = dict[str, Any](self.attributes)
        if self.activation:
            attributes["activations"] = [self.activation] * len(directions)
        every, final = graph.node_with_outputs(
            self.operator,
            sequence,
            stacked("kernel", lambda kernel: _reordered(kernel, self.gates).T),
            stacked("recurrent_kernel", lambda kernel: _reordered(kernel, self.gates).T),
            stacked("bias", lambda bias: _both_biases(bias, self.gates)),
            lengths,
            *optional,
            outputs=2,
            hidden_size=units,
            direction="bidirectional" if len(directions) == 2 else "forward",
            **attributes,
        )
        return States(every, final, len(directions), units)


def _reordered(array: Floats, gates: Sequence[int]) -> Floats:
    """``array`` [..., gates * units] with its gates in another order."""
    parts = np.split(array, len(gates), axis=-1)
    return np.concatenate([parts[gate] for gate in gates], axis=-1)


def _both_biases(bias: Floats, gates: Sequence[int]) -> Floats:
    """Input and recurrent bias one after the other; a layer with one bias has it at the input."""
    both = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
    return _reordered(both, gates).ravel()


# The operator's tanh is the default.
simple_rnn = NativeCell("RNN", (0,))
# Keras' gates are i, f, c, o and ONNX' are i, o, f, c.
lstm = NativeCell("LSTM", (0, 3, 1, 2))
# z, r, h in both; the reset gate works on the product with the state.
gru = NativeCell("GRU", (0, 1, 2), {"linear_before_reset": 1})
# The peepholes of Keras' twin are i, f, o and ONNX' are i, o, f.
peephole_lstm = NativeCell("LSTM", (0, 3, 1, 2), peepholes=(0, 2, 1))
irnn = NativeCell("RNN", (0,), activation="Relu")
