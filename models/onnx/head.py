"""From the pooled features to raw outputs."""

from models.onnx.graph import Graph, Value
from models.onnx.network import Weights


def dense(graph: Graph, features: Value, weights: Weights) -> Value:
    """One weighted sum of the features a label: [batch, size] to logits [batch, classes]."""
    kernel, bias = (graph.weight(f"logits.{name}", weights[name]) for name in ("kernel", "bias"))
    return graph.node("Gemm", features, kernel, bias)
