"""From token ids to vectors."""

import numpy as np
import numpy.typing as npt
from onnx import TensorProto

from models.onnx.graph import Graph, Value
from models.onnx.network import Weights

_LARGEST = 127


def embedding(
    graph: Graph, ids: Value, lengths: Value, weights: Weights, features: int, int8: bool
) -> tuple[Value, Value]:
    """The vectors of tokens: ids [batch, time] to [time, batch, features], and ``lengths`` as they are."""
    # The recurrent operators have time first, and ids are turned for less than vectors.
    return rows_of(graph, graph.node("Transpose", ids, perm=[1, 0]), weights["embeddings"], int8), lengths


def rows_of(graph: Graph, ids: Value, table: npt.NDArray[np.float32], int8: bool) -> Value:
    """The rows of a table: ids of any shape to [..., features].

    As ``int8`` each row is stored in whole numbers of a 127th of its largest value, and multiplied out after
    it has been looked up: a quarter of the bytes, at most 0.4 % of a row's largest value away from the table.
    """
    if not int8:
        return graph.node("Gather", graph.weight("embedding.embeddings", table), ids)
    scale = np.maximum(np.abs(table).max(axis=1, keepdims=True), np.finfo(np.float32).tiny) / _LARGEST
    whole = np.rint(table / scale).astype(np.int8)
    rows = graph.node("Gather", graph.weight("embedding.embeddings", whole), ids)
    scales = graph.node("Gather", graph.weight("embedding.scale", scale.astype(np.float32)), ids)
    return graph.node("Mul", graph.node("Cast", rows, to=TensorProto.FLOAT), scales)
