"""The ONNX twin of each part in ``models.networks.registry``, by the same versioned name.

A cell that ONNX has an operator for stands in ``native``; the others give the same ``States`` by the operator
Scan (``scan``), or without any loop (``window``).
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from models.errors import EngramError
from models.onnx import embedding, head, letter_trigram, native, one_hot, pooling, scan, wide, window
from models.onnx.graph import Graph, Value
from models.onnx.network import CellSettings, Weights
from models.onnx.states import States

Twin = TypeVar("Twin")
Input = Callable[[Graph, Value, Value, Weights, int, bool], tuple[Value, Value]]
"""Graph, ids, lengths, weights, numbers in a vector, int8 -> a sequence, time first, and its lengths."""
Cell = Callable[[Graph, str, Value, Value, Sequence[Weights], CellSettings], States]
Pooling = Callable[[Graph, States, Value, Weights], Value]
Head = Callable[[Graph, Value, Weights], Value]
Wide = Callable[[Graph, Value, Value, Weights, int, bool], Value]

INPUTS: Mapping[str, Input] = MappingProxyType(
    {
        "embedding.v1": embedding.embedding,
        "one-hot.v1": one_hot.one_hot,
        "letter-trigram.v1": letter_trigram.letter_trigram,
    }
)
CELLS: Mapping[str, Cell] = MappingProxyType(
    {
        "simple_rnn.v1": native.simple_rnn,
        "lstm.v1": native.lstm,
        "gru.v1": native.gru,
        "peephole_lstm.v1": native.peephole_lstm,
        "irnn.v1": native.irnn,
        "jordan.v1": scan.jordan,
        "clockwork.v1": scan.clockwork,
        "scrn.v1": scan.scrn,
        "feedforward.v1": window.feedforward,
    }
)
POOLINGS: Mapping[str, Pooling] = MappingProxyType(
    {
        "last.v1": pooling.last,
        "mean.v1": pooling.mean,
        "max.v1": pooling.maximum,
        "max+mean.v1": pooling.maximum_and_mean,
        "attention.v1": pooling.attention,
    }
)
HEADS: Mapping[str, Head] = MappingProxyType({"softmax.v1": head.dense, "sigmoid.v1": head.dense})
WIDES: Mapping[str, Wide] = MappingProxyType({"ngrams.v1": wide.ngrams})


def find(kind: str, twins: Mapping[str, Twin], name: str) -> Twin:
    """The twin of the part ``name``; ``kind`` is for the message.

    Raises:
        EngramError: there is none.
    """
    if name not in twins:
        raise EngramError(
            f"The {kind} {name!r} has no ONNX form; those with one are {', '.join(sorted(twins))}. "
            "Train with output.onnx = false."
        )
    return twins[name]
