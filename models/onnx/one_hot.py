"""From token ids to fixed vectors: twin of ``models.networks.inputs.one_hot``."""

import numpy as np
from onnx import TensorProto

from models.onnx.graph import Graph, Value
from models.onnx.network import Weights


def one_hot(
    graph: Graph, ids: Value, lengths: Value, weights: Weights, features: int, int8: bool
) -> tuple[Value, Value]:
    """1 in the place of a token: ids [batch, time] to [time, batch, features], ``lengths`` as they are."""
    # ONNX Runtime has the operator for 64-bit ids only.
    ids = graph.node("Cast", graph.node("Transpose", ids, perm=[1, 0]), to=TensorProto.INT64)
    rows = graph.node("OneHot", ids, graph.integers(features + 1), graph.constant([0, 1]), axis=-1)
    end = graph.integers([np.iinfo(np.int64).max])
    return graph.node("Slice", rows, graph.integers([1]), end, graph.integers([-1])), lengths
