"""The cells that ONNX has no operator for: a loop over time for each direction.

Each cell is the twin of the one in ``models.networks.cells``, where its equations stand. What does not read
the memory is computed for all steps at once, before the loop.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from onnx import TensorProto

from models.clock import connected, unit_periods
from models.errors import EngramError
from models.onnx.graph import Graph, Value
from models.onnx.network import CellSettings, Weights
from models.onnx.states import States, column, is_step

Step = Callable[[list[Value], list[Value]], tuple[Value, list[Value]]]
"""States and inputs of one step -> its output and the new states."""

# As Keras names them.
ACTIVATIONS = {"relu": "Relu", "sigmoid": "Sigmoid", "softmax": "Softmax", "tanh": "Tanh"}


@dataclass(frozen=True, slots=True)
class Loop:
    """A cell in one direction.

    Attributes:
        inputs: what a step reads, [time, batch, n] each.
        states: the size of each state; all start at zero.
        step: adds the nodes of one step.
        units: numbers in its output.
    """

    inputs: list[Value]
    states: list[int]
    step: Step
    units: int


class ScanCell:
    """Makes a layer of one loop a direction.

    Args:
        loop: the cell in one direction, from graph, prefix of its weights' names, sequence
            [time, batch, features], weights and settings.
    """

    def __init__(self, loop: Callable[[Graph, str, Value, Weights, CellSettings], Loop]) -> None:
        self._loop = loop

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
        valid = is_step(graph, sequence, column(graph, lengths))
        every, final, units = [], [], 0
        for number, weights in enumerate(directions):
            loop = self._loop(graph, f"{name}.{number}", sequence, weights, settings)
            output, last = _run(graph, loop, sequence, valid, reverse=number == 1)
            every.append(graph.node("Unsqueeze", output, graph.integers([1])))
            final.append(graph.node("Unsqueeze", last, graph.integers([0])))
            units = loop.units
        return States(
            graph.node("Concat", *every, axis=1), graph.node("Concat", *final, axis=0), len(directions), units
        )


def _run(graph: Graph, loop: Loop, sequence: Value, valid: Value, reverse: bool) -> tuple[Value, Value]:
    """The outputs at each step, zero at padding, and the output after the whole text.

    States stay as they are at padding, so the backward direction begins at the last token of each row.
    """
    batch = graph.node("Shape", sequence, start=1, end=2)

    def zeros(size: int) -> Value:
        return graph.node("ConstantOfShape", graph.node("Concat", batch, graph.integers([size]), axis=0))

    def body(states: list[Value], inputs: list[Value]) -> tuple[list[Value], list[Value]]:
        memory = states[1:]
        *read, is_token = inputs
        output, changed = loop.step(memory, read)
        kept = [
            graph.node("Where", is_token, new, old)
            for new, old in zip([output, *changed], states, strict=True)
        ]
        return kept, [graph.node("Where", is_token, output, graph.constant(0.0))]

    finals, (outputs,) = graph.scan(
        body,
        [zeros(loop.units), *map(zeros, loop.states)],
        [*((value, TensorProto.FLOAT) for value in loop.inputs), (valid, TensorProto.BOOL)],
        reverse,
    )
    return outputs, finals[0]


def _add(graph: Graph, *values: Value) -> Value:
    total, *others = values
    for value in others:
        total = graph.node("Add", total, value)
    return total


def _jordan(graph: Graph, name: str, sequence: Value, weights: Weights, settings: CellSettings) -> Loop:
    weight = {part: graph.weight(f"{name}.{part}", array) for part, array in weights.items()}
    if settings.output_activation not in {*ACTIVATIONS, "linear"}:
        raise EngramError(
            f"The activation {settings.output_activation!r} has no ONNX form; those with one are "
            f"{', '.join(sorted([*ACTIVATIONS, 'linear']))}."
        )

    def step(states: list[Value], inputs: list[Value]) -> tuple[Value, list[Value]]:
        total = _add(graph, inputs[0], graph.node("MatMul", states[0], weight["recurrent_kernel"]))
        output = graph.node("MatMul", graph.node("Tanh", total), weight["output_kernel"])
        y = _add(graph, output, weight["output_bias"])
        if settings.output_activation != "linear":
            y = graph.node(ACTIVATIONS[settings.output_activation], y)
        return y, [y]

    units = weights["output_bias"].size
    read = _add(graph, graph.node("MatMul", sequence, weight["kernel"]), weight["bias"])
    return Loop([read], [units], step, units)


def _clockwork(graph: Graph, name: str, sequence: Value, weights: Weights, settings: CellSettings) -> Loop:
    units = weights["bias"].size
    kernel, bias = (graph.weight(f"{name}.{part}", weights[part]) for part in ("kernel", "bias"))
    recurrent = graph.weight(
        f"{name}.recurrent_kernel", weights["recurrent_kernel"] * connected(units, settings.periods)
    )
    periods = graph.weight(f"{name}.periods", unit_periods(units, settings.periods))

    def step(states: list[Value], inputs: list[Value]) -> tuple[Value, list[Value]]:
        h, count = states
        new = graph.node("Tanh", _add(graph, inputs[0], graph.node("MatMul", h, recurrent)))
        due = graph.node("Equal", graph.node("Mod", count, periods, fmod=1), graph.constant(0.0))
        h = graph.node("Where", due, new, h)
        return h, [h, _add(graph, count, graph.constant(1.0))]

    read = _add(graph, graph.node("MatMul", sequence, kernel), bias)
    return Loop([read], [units, 1], step, units)


def _scrn(graph: Graph, name: str, sequence: Value, weights: Weights, settings: CellSettings) -> Loop:
    weight = {part: graph.weight(f"{name}.{part}", array) for part, array in weights.items()}
    units, context = weights["bias"].size, weights["context_kernel"].shape[1]
    slow = graph.node("MatMul", sequence, weight["context_kernel"])
    slow = graph.node("Mul", slow, graph.constant(1.0 - settings.alpha))

    def step(states: list[Value], inputs: list[Value]) -> tuple[Value, list[Value]]:
        h, s = states
        s = _add(graph, inputs[1], graph.node("Mul", s, graph.constant(settings.alpha)))
        memory = graph.node("MatMul", h, weight["recurrent_kernel"])
        total = _add(graph, inputs[0], memory, graph.node("MatMul", s, weight["context_to_hidden"]))
        h = graph.node("Sigmoid", total)
        return graph.node("Concat", h, s, axis=1), [h, s]

    read = _add(graph, graph.node("MatMul", sequence, weight["kernel"]), weight["bias"])
    return Loop([read, slow], [units, context], step, units + context)


jordan = ScanCell(_jordan)
clockwork = ScanCell(_clockwork)
scrn = ScanCell(_scrn)
