"""From a network's arrays to an ONNX model."""

import onnx
from onnx import TensorProto, helper

from models.onnx.graph import Graph, Value
from models.onnx.network import Ensemble, Network, Tagger, Wide
from models.onnx.registry import CELLS, HEADS, INPUTS, POOLINGS, WIDES, find
from models.onnx.states import States, side_by_side
from models.onnx.weighted_sum import weighted_sum


def build_onnx(network: Network | Ensemble, *, int8: bool = False) -> onnx.ModelProto:
    """The ``ids`` signature of a network: the outputs ``models.networks.build`` gives, by ONNX operators.

    Inputs: ``ids`` int32 [batch, time], time at least 1, right-padded; ``lengths`` int32 [batch], each from 0
    to time. Output: ``logits`` float32 [batch, classes].

    Args:
        network: names and arrays of its parts.
        int8: store the tables of the input and of the wide side in 8 bits a number.

    Raises:
        EngramError: a part has no twin in ``models.onnx.registry``.
    """
    graph = Graph()
    if isinstance(network, Ensemble):
        classes = _classes(network.members[0])
        logits = _mean(graph, network, int8)
    else:
        classes = _classes(network)
        logits = _recurrent_side(graph, network, int8)
    if network.wide is not None:
        logits = with_wide(graph, network.wide, logits, classes, int8)
    inputs = [
        helper.make_tensor_value_info("ids", TensorProto.INT32, ["batch", "time"]),
        helper.make_tensor_value_info("lengths", TensorProto.INT32, ["batch"]),
    ]
    return graph.model(inputs, {"logits": (logits, ["batch", classes])})


def with_wide(graph: Graph, wide: Wide, logits: Value, classes: int, int8: bool) -> Value:
    """The raw outputs of both sides together: [batch, classes]."""
    side = find("wide side", WIDES, wide.part.name)
    beside = side(graph, "ids", "lengths", wide.part.weights, classes, int8)
    return weighted_sum(graph, "blend", [logits, beside], wide.blend)


def _classes(network: Network) -> int:
    return int(network.head.weights["bias"].size)


def _mean(graph: Graph, ensemble: Ensemble, int8: bool) -> Value:
    """The mean of the members' logits: [batch, classes]."""
    logits = []
    for number, member in enumerate(ensemble.members, start=1):
        with graph.scope(f"member_{number}"):
            logits.append(_recurrent_side(graph, member, int8))
    return weighted_sum(graph, "mean", logits, ensemble.mean)


def _recurrent_side(graph: Graph, network: Network, int8: bool) -> Value:
    """The logits of one network without its wide side: [batch, classes]."""
    read = find("input", INPUTS, network.input.name)
    features = network.layers[0][0]["kernel"].shape[-2]
    sequence, lengths = read(graph, "ids", "lengths", network.input.weights, features, int8)
    states = recurrent(graph, network, sequence, lengths)
    pool = find("pooling", POOLINGS, network.pooling.name)
    pooled = pool(graph, states, lengths, network.pooling.weights)
    return find("head", HEADS, network.head.name)(graph, pooled, network.head.weights)


def recurrent(graph: Graph, network: Network | Tagger, sequence: Value, lengths: Value) -> States:
    """The states of the top layer over ``sequence`` [time, batch, features]."""
    cell, settings = find("cell", CELLS, network.cell), network.settings
    bottom, *above = network.layers
    states = cell(graph, "recurrent_1", sequence, lengths, bottom, settings)
    for number, directions in enumerate(above, start=2):
        sequence = side_by_side(graph, states)
        states = cell(graph, f"recurrent_{number}", sequence, lengths, directions, settings)
    return states
