"""The linear side: twin of ``models.networks.wide``."""

import numpy as np
from onnx import TensorProto

from models.onnx.graph import Graph, Value
from models.onnx.network import Weights
from models.onnx.states import column
from models.text.ngrams import CHECKS, FACTORS, MODULUS

_LARGEST = 127


def ngrams(graph: Graph, ids: Value, lengths: Value, weights: Weights, classes: int, int8: bool) -> Value:
    """The summed weights of the n-grams in a text: ids [batch, time] to [batch, classes].

    As ``int8`` a label's weights are stored as their square roots, in whole numbers of a 127th of the largest
    root: fine steps for the many small weights, coarse ones for the few large.
    """
    rows = weights["table"].shape[0]
    hashes = _sorted_hashes(graph, ids, column(graph, lengths))
    row = graph.node("Mod", hashes, graph.integers(rows))
    above = graph.node("Div", hashes, graph.integers(rows))
    check = graph.node("Cast", graph.node("Mod", above, graph.integers(CHECKS)), to=TensorProto.UINT8)
    checks = graph.node("Gather", graph.weight("wide.checks", weights["checks"]), row)
    known = graph.node("And", _is_first(graph, hashes), graph.node("Equal", checks, check))
    found = graph.node(
        "Where",
        graph.node("Unsqueeze", known, graph.integers([2])),
        _weights_at(graph, row, weights, int8),
        graph.constant(0.0),
    )
    total = graph.node("ReduceSum", found, graph.integers([1]), keepdims=0)
    total = graph.node("Add", total, graph.weight("wide.bias", weights["bias"]))
    if weights["table"].shape[1] == classes:
        return total
    half = graph.node("Mul", total, graph.constant(0.5))
    return graph.node("Concat", graph.node("Neg", half), half, axis=1)


def _sorted_hashes(graph: Graph, ids: Value, lengths: Value) -> Value:
    """The hash of every n-gram, int64 [batch, 3 * time]; ``MODULUS`` for those that end in padding.

    ``lengths`` is a column.
    """
    behind = len(FACTORS) - 1
    padded = graph.node(
        "Pad", graph.node("Cast", ids, to=TensorProto.INT64), graph.integers([0, behind, 0, 0])
    )
    time = graph.node("Shape", ids, start=1, end=2)
    steps = graph.node("Range", graph.integers(0), graph.node("Squeeze", time), graph.integers(1))
    is_token = graph.node("Less", steps, lengths)
    total: Value | None = None
    hashes = []
    for back, factor in enumerate(FACTORS):
        start = graph.integers([behind - back])
        end = graph.node("Add", time, start)
        token = graph.node("Slice", padded, start, end, graph.integers([1]))
        product = graph.node("Mul", token, graph.integers(factor))
        total = product if total is None else graph.node("Add", total, product)
        hashed = graph.node("Mod", total, graph.integers(MODULUS))
        hashes.append(graph.node("Where", is_token, hashed, graph.integers(MODULUS)))
    joined = graph.node("Concat", *hashes, axis=1)
    size = graph.node("Shape", joined, start=1, end=2)
    return graph.node_with_outputs("TopK", joined, size, outputs=2, axis=1, largest=0)[0]


def _is_first(graph: Graph, hashes: Value) -> Value:
    """True for an n-gram the first time, False where it ends in padding: bool like the sorted ``hashes``."""
    before = graph.node("Pad", hashes, graph.integers([0, 1, 0, -1]), graph.integers(-1))
    repeated = graph.node("Equal", hashes, before)
    return graph.node("And", graph.node("Not", repeated), graph.node("Less", hashes, graph.integers(MODULUS)))


def _weights_at(graph: Graph, rows: Value, weights: Weights, int8: bool) -> Value:
    """float32 [batch, 3 * time, columns]."""
    table = weights["table"]
    if not int8:
        return graph.node("Gather", graph.weight("wide.table", table), rows)
    largest = np.maximum(np.abs(table).max(axis=0), np.finfo(np.float32).tiny)
    whole = np.rint(np.sign(table) * np.sqrt(np.abs(table) / largest) * _LARGEST).astype(np.int8)
    found = graph.node("Gather", graph.weight("wide.table", whole), rows)
    found = graph.node("Cast", found, to=TensorProto.FLOAT)
    squared = graph.node("Mul", found, graph.node("Abs", found))
    return graph.node("Mul", squared, graph.weight("wide.scale", (largest / _LARGEST**2).astype(np.float32)))
