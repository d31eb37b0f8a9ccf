"""Several values added up: twin of ``models.networks.weighted_sum``."""

from collections.abc import Sequence

from models.onnx.graph import Graph, Value
from models.onnx.network import Weights


def weighted_sum(graph: Graph, name: str, values: Sequence[Value], weights: Weights) -> Value:
    """The sum of values [batch, classes], each times its scale; names of weights begin with ``name``."""
    scaled = [
        graph.node("Mul", value, graph.weight(f"{name}.scales.{number}", scale))
        for number, (value, scale) in enumerate(zip(values, weights["scales"], strict=True))
    ]
    return graph.node("Sum", *scaled)
