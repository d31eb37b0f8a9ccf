"""A window of words without a memory: twin of ``models.networks.cells.feedforward``."""

from collections.abc import Sequence

from models.onnx.graph import Graph, Value
from models.onnx.network import CellSettings, Weights
from models.onnx.states import States, column, is_step, step_numbers


def feedforward(
    graph: Graph,
    name: str,
    sequence: Value,
    lengths: Value,
    directions: Sequence[Weights],
    settings: CellSettings,
) -> States:
    """The states over ``sequence`` [time, batch, features]; names of weights begin with ``name``.

    The second direction sees a word and those after it, zeros after the last one.
    """
    limits = column(graph, lengths)
    time = graph.node("Shape", sequence, start=0, end=1)
    valid, steps = is_step(graph, sequence, limits), step_numbers(graph, sequence)
    words = graph.node("Where", valid, sequence, graph.constant(0.0))
    every, final = [], []
    for number, weights in enumerate(directions):
        windows = _windows(graph, words, time, weights["kernel"].shape[0], after=number == 1)
        kernel = weights["kernel"] if number == 0 else weights["kernel"][::-1]
        flat = graph.weight(f"{name}.{number}.kernel", kernel.reshape(-1, kernel.shape[-1]))
        total = graph.node("MatMul", windows, flat)
        hidden = graph.node(
            "Tanh", graph.node("Add", total, graph.weight(f"{name}.{number}.bias", weights["bias"]))
        )
        states = graph.node("Where", valid, hidden, graph.constant(0.0))
        every.append(graph.node("Unsqueeze", states, graph.integers([1])))
        # The only step whose state is kept: the last one read.
        is_last = graph.node(
            "Equal",
            steps,
            graph.node("Sub", limits, graph.integers(1)) if number == 0 else graph.integers(0),
        )
        last = graph.node("Where", is_last, states, graph.constant(0.0))
        final.append(graph.node("ReduceSum", last, graph.integers([0]), keepdims=0))
    stacked = [graph.node("Unsqueeze", value, graph.integers([0])) for value in final]
    return States(
        graph.node("Concat", *every, axis=1),
        graph.node("Concat", *stacked, axis=0),
        len(directions),
        directions[0]["bias"].size,
    )


def _windows(graph: Graph, words: Value, time: Value, size: int, after: bool) -> Value:
    """Each word's window, its words in reading order: [time, batch, size * features]."""
    behind = size - 1
    pads = [0, 0, 0, behind, 0, 0] if after else [behind, 0, 0, 0, 0, 0]
    padded = graph.node("Pad", words, graph.integers(pads))
    shifted = [
        graph.node(
            "Slice",
            padded,
            graph.integers([start]),
            graph.node("Add", time, graph.integers([start])),
            graph.integers([0]),
        )
        for start in range(size)
    ]
    return graph.node("Concat", *shifted, axis=2)
