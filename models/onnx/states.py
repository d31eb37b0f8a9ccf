"""What a recurrent layer gives to the parts above it, and which of it belongs to a text."""

from dataclasses import dataclass

from onnx import TensorProto

from models.onnx.graph import Graph, Value


@dataclass(frozen=True, slots=True)
class States:
    """The states of a recurrent layer, time first as ONNX' recurrent operators have it.

    Attributes:
        every: the states at each step, [time, directions, batch, units]; zero at padding.
        final: the state of each direction after the whole text, [directions, batch, units]; zero for a text
            without tokens.
        directions: 1, or 2 where the second one reads backwards.
        units: numbers in a state.
    """

    every: Value
    final: Value
    directions: int
    units: int

    @property
    def size(self) -> int:
        """Numbers in the states of all directions together."""
        return self.directions * self.units


def side_by_side(graph: Graph, states: States) -> Value:
    """The states of all directions joined: [time, batch, size]."""
    if states.directions == 1:
        return graph.node("Squeeze", states.every, graph.integers([1]))
    batch_first = graph.node("Transpose", states.every, perm=[0, 2, 1, 3])
    return graph.node("Reshape", batch_first, graph.integers([0, 0, states.size]))


def joined(graph: Graph, pooled: Value, states: States, vectors: int = 1) -> Value:
    """What was pooled in each direction, joined.

    Args:
        pooled: [vectors * directions, batch, units]: one vector after the other, each of all directions.

    Returns:
        [batch, vectors * size].
    """
    if vectors * states.directions == 1:
        return graph.node("Squeeze", pooled, graph.integers([0]))
    batch_first = graph.node("Transpose", pooled, perm=[1, 0, 2])
    return graph.node("Reshape", batch_first, graph.integers([0, vectors * states.size]))


def column(graph: Graph, lengths: Value) -> Value:
    """Lengths beside the features of their rows: int64 [batch, 1]."""
    return graph.node("Unsqueeze", graph.node("Cast", lengths, to=TensorProto.INT64), graph.integers([1]))


def is_token(graph: Graph, states: States, lengths: Value) -> Value:
    """True where a step is within its row's length: bool [time, 1, batch, 1]. ``lengths`` is a column."""
    time = graph.node("Squeeze", graph.node("Shape", states.every, start=0, end=1))
    steps = graph.node("Range", graph.integers(0), time, graph.integers(1))
    return graph.node("Less", graph.node("Reshape", steps, graph.integers([-1, 1, 1, 1])), lengths)


def is_step(graph: Graph, sequence: Value, lengths: Value) -> Value:
    """True where a step of ``sequence`` [time, batch, n] is within its row's length: bool [time, batch, 1].

    ``lengths`` is a column.
    """
    return graph.node("Less", step_numbers(graph, sequence), lengths)


def step_numbers(graph: Graph, sequence: Value) -> Value:
    """0, 1, ... to the last step of ``sequence`` [time, ...]: int64 [time, 1, 1]."""
    time = graph.node("Squeeze", graph.node("Shape", sequence, start=0, end=1))
    steps = graph.node("Range", graph.integers(0), time, graph.integers(1))
    return graph.node("Reshape", steps, graph.integers([-1, 1, 1]))
