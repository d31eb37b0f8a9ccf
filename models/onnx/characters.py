"""What the characters of a token say: twin of ``models.networks.inputs.characters``.

Characters are int32 [time, batch, 1 + width] here, as the recurrent operators have time first.
"""

import numpy as np
from onnx import TensorProto

from models.onnx.graph import Graph, Value
from models.onnx.native import lstm
from models.onnx.network import CellSettings, Characters, Weights
from models.onnx.states import joined
from models.text.case import CASES

# Below every answer of a filter.
_FLOOR = -1e9


def capitalisation(graph: Graph, characters: Value) -> Value:
    """The case of each token as 1-of-N, zero at padding: [time, batch, cases - 1]."""
    table = np.concatenate([np.zeros((1, CASES - 1)), np.eye(CASES - 1)]).astype(np.float32)
    column = graph.node("Gather", characters, graph.integers([0]), axis=2)
    case = graph.node("Squeeze", column, graph.integers([2]))
    return graph.node("Gather", graph.weight("capitalisation", table), case)


def character_vectors(graph: Graph, characters: Value, network: Characters) -> Value:
    """One vector a token: [time, batch, size]."""
    width_axis = graph.integers([2])
    own = graph.node("Slice", characters, graph.integers([1]), graph.integers([2**31]), width_axis)
    width = graph.node("Shape", own, start=2, end=3)
    rows = graph.node("Reshape", own, graph.node("Concat", graph.integers([-1]), width, axis=0))
    table = graph.weight("characters.embeddings", network.embedding["embeddings"])
    vectors = graph.node("Gather", table, rows)
    is_character = graph.node("Greater", rows, graph.constant(0, np.int32))
    if network.kind == "cnn":
        found, size = _filtered(graph, vectors, is_character, network.layers[0])
    else:
        found, size = _both_ends(graph, vectors, is_character, network.layers)
    places = graph.node("Shape", characters, start=0, end=2)
    return graph.node("Reshape", found, graph.node("Concat", places, graph.integers([size]), axis=0))


def _filtered(graph: Graph, vectors: Value, is_character: Value, weights: Weights) -> tuple[Value, int]:
    """[rows, filters], and how many filters there are."""
    kernel = weights["kernel"]
    window, _, filters = kernel.shape
    around = (window - 1) // 2
    answers = graph.node(
        "Relu",
        graph.node(
            "Conv",
            graph.node("Transpose", vectors, perm=[0, 2, 1]),
            graph.weight("characters.kernel", kernel.transpose(2, 1, 0)),
            graph.weight("characters.bias", weights["bias"]),
            pads=[around, window - 1 - around],
        ),
    )
    valid = graph.node("Unsqueeze", is_character, graph.integers([1]))
    kept = graph.node("Where", valid, answers, graph.constant(_FLOOR))
    largest = graph.node("Squeeze", graph.node("GlobalMaxPool", kept), graph.integers([2]))
    # The answers are at least 0: what is below comes from a row without characters.
    return graph.node("Relu", largest), int(filters)


def _both_ends(
    graph: Graph, vectors: Value, is_character: Value, layers: tuple[Weights, ...]
) -> tuple[Value, int]:
    """[rows, 2 * units], and how many numbers that are."""
    counts = graph.node(
        "ReduceSum",
        graph.node("Cast", is_character, to=TensorProto.INT32),
        graph.integers([1]),
        keepdims=0,
    )
    by_place = graph.node("Transpose", vectors, perm=[1, 0, 2])
    states = lstm(graph, "characters", by_place, counts, layers, CellSettings())
    return joined(graph, states.final, states), states.size
