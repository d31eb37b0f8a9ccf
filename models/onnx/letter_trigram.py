"""From letter trigrams to the vectors of words: twin of ``models.networks.inputs.letter_trigram``."""

import numpy as np
from onnx import TensorProto

from models.onnx.embedding import rows_of
from models.onnx.graph import Graph, Value
from models.onnx.network import Weights
from models.onnx.states import column
from models.text.letters import BEGINNING_END, OTHER_INSIDE_ID
from models.text.spec import OTHER_ID


def letter_trigram(
    graph: Graph, ids: Value, lengths: Value, weights: Weights, features: int, int8: bool
) -> tuple[Value, Value]:
    """Trigram ids [batch, time] to words: vectors [words, batch, features], and their number [batch]."""
    time = graph.node("Squeeze", graph.node("Shape", ids, start=1, end=2))
    steps = graph.node("Range", graph.integers(0), time, graph.integers(1))
    is_trigram = graph.node("Less", steps, column(graph, lengths))

    # The first trigram of a row begins a word whatever it is.
    after_padding = graph.node("Greater", ids, graph.constant(OTHER_ID - 1, np.int32))
    begins = graph.node(
        "And", after_padding, graph.node("Less", ids, graph.constant(BEGINNING_END, np.int32))
    )
    begins = graph.node("Or", begins, graph.node("Equal", steps, graph.integers(0)))
    begins = graph.node("Cast", graph.node("And", begins, is_trigram), to=TensorProto.INT64)
    word = graph.node("CumSum", begins, graph.integers(1))
    words = graph.node("ReduceMax", word, graph.integers([1]), keepdims=0)
    most = graph.node("Max", graph.node("ReduceMax", words, keepdims=1), graph.integers([1]))

    batch = graph.node("Shape", ids, start=0, end=1)
    rows = graph.node("Range", graph.integers(0), graph.node("Squeeze", batch), graph.integers(1))
    before = graph.node("Mul", graph.node("Unsqueeze", rows, graph.integers([1])), most)
    place = graph.node("Max", graph.node("Sub", word, graph.integers(1)), graph.integers(0))
    places = graph.node("Reshape", graph.node("Add", before, place), graph.integers([-1, 1]))

    inside = graph.node("Equal", ids, graph.constant(OTHER_INSIDE_ID, np.int32))
    found = graph.node("Where", inside, graph.constant(OTHER_ID, np.int32), ids)
    vectors = rows_of(graph, found, weights["embeddings"], int8)
    vectors = graph.node(
        "Where", graph.node("Unsqueeze", is_trigram, graph.integers([2])), vectors, graph.constant(0.0)
    )
    vectors = graph.node("Reshape", vectors, graph.integers([-1, features]))
    shape = graph.node("Concat", graph.node("Mul", batch, most), graph.integers([features]), axis=0)
    bags = graph.node("ScatterND", graph.node("ConstantOfShape", shape), places, vectors, reduction="add")
    shape = graph.node("Concat", batch, most, graph.integers([features]), axis=0)
    sequence = graph.node("Transpose", graph.node("Reshape", bags, shape), perm=[1, 0, 2])
    return sequence, graph.node("Cast", words, to=TensorProto.INT32)
