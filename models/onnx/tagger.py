"""A network that gives every token a tag: twin of ``models.networks.tagger``."""

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper

from models.onnx.build import recurrent, with_wide
from models.onnx.characters import capitalisation, character_vectors
from models.onnx.graph import Graph, Value
from models.onnx.network import Tagger
from models.onnx.registry import INPUTS, POOLINGS, find
from models.onnx.states import States, side_by_side


def build_onnx_tagger(network: Tagger, *, int8: bool = False) -> onnx.ModelProto:
    """The ``ids`` signature of a tagging network.

    Inputs: ``ids`` int32 [batch, time], ``lengths`` int32 [batch] and, where the network reads characters,
    ``characters`` int32 [batch, time, 1 + width]. Outputs: ``emissions`` [batch, time, tags],
    ``transitions`` [tags + 1, tags + 1] and, with intents, ``intent_logits`` [batch, intents].

    Args:
        network: names and arrays of its parts.
        int8: store the tables of words and of the wide side in 8 bits a number.

    Raises:
        EngramError: a part has no twin.
    """
    graph = Graph()
    states = _states(graph, network, int8)
    size = network.transitions.shape[0]
    outputs: dict[str, tuple[Value, Sequence[int | str]]] = {
        "emissions": (_emissions(graph, network, states), ["batch", "time", size - 1]),
        "transitions": (graph.weight("transitions.scores", network.transitions), [size, size]),
    }
    if network.pooling is not None and network.intents is not None:
        pooling = find("pooling", POOLINGS, network.pooling.name)
        pooled = pooling(graph, states, "lengths", network.pooling.weights)
        kernel, bias = (graph.weight(f"intents.{name}", network.intents[name]) for name in ("kernel", "bias"))
        intents = int(network.intents["bias"].size)
        logits = graph.node("Gemm", pooled, kernel, bias)
        if network.wide is not None:
            logits = with_wide(graph, network.wide, logits, intents, int8)
        outputs["intent_logits"] = (logits, ["batch", intents])
    return graph.model(_inputs(network), outputs)


def _inputs(network: Tagger) -> list[onnx.ValueInfoProto]:
    shapes: dict[str, list[str]] = {"ids": ["batch", "time"], "lengths": ["batch"]}
    if network.reads_characters:
        shapes["characters"] = ["batch", "time", "characters"]
    return [helper.make_tensor_value_info(name, TensorProto.INT32, shape) for name, shape in shapes.items()]


def _states(graph: Graph, network: Tagger, int8: bool) -> States:
    """The states of the top layer. The recurrent operators have time first."""
    read = find("input", INPUTS, network.input.name)
    words, lengths = read(graph, "ids", "lengths", network.input.weights, network.word_size, int8)
    found = [words]
    if network.reads_characters:
        characters = graph.node("Transpose", "characters", perm=[1, 0, 2])
        if network.capitalisation:
            found.append(capitalisation(graph, characters))
        if network.characters is not None:
            found.append(character_vectors(graph, characters, network.characters))
    sequence = found[0] if len(found) == 1 else graph.node("Concat", *found, axis=2)
    return recurrent(graph, network, sequence, lengths)


def _emissions(graph: Graph, network: Tagger, states: States) -> Value:
    kernel = graph.weight("emissions.kernel", network.emissions["kernel"])
    bias = graph.weight("emissions.bias", np.asarray(network.emissions["bias"]))
    by_time = graph.node("Add", graph.node("MatMul", side_by_side(graph, states), kernel), bias)
    return graph.node("Transpose", by_time, perm=[1, 0, 2])
