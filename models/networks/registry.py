"""The parts a network can be made of, by versioned name.

A config says ``lstm`` and gets the newest version. A part that would answer differently after a change gets a
new version beside the old one; a name is never taken away.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

import keras

from models.errors import ConfigError
from models.nearest import nearest
from models.networks.cells.clockwork import clockwork
from models.networks.cells.feedforward import feedforward
from models.networks.cells.gru import gru
from models.networks.cells.irnn import irnn
from models.networks.cells.jordan import jordan
from models.networks.cells.lstm import lstm
from models.networks.cells.peephole_lstm import peephole_lstm
from models.networks.cells.scrn import scrn
from models.networks.cells.simple_rnn import simple_rnn
from models.networks.heads.dense import dense
from models.networks.inputs.embedding import embedding
from models.networks.inputs.letter_trigram import letter_trigram
from models.networks.inputs.one_hot import one_hot
from models.networks.pooling.attention import attention_pooling
from models.networks.pooling.last import last_pooling
from models.networks.pooling.max import max_pooling
from models.networks.pooling.max_mean import max_mean_pooling
from models.networks.pooling.mean import mean_pooling
from models.networks.spec import NetworkSpec
from models.networks.wide.ngrams import ngrams

Kind = Literal["input", "cell", "pooling", "head", "wide"]
Builder = Callable[[NetworkSpec, str, int], keras.Layer]
"""Makes a layer from the whole spec, the layer's name and a seed."""

PARTS: Mapping[Kind, Mapping[str, Builder]] = MappingProxyType(
    {
        "input": MappingProxyType(
            {"embedding.v1": embedding, "one-hot.v1": one_hot, "letter-trigram.v1": letter_trigram}
        ),
        "cell": MappingProxyType(
            {
                "simple_rnn.v1": simple_rnn,
                "lstm.v1": lstm,
                "gru.v1": gru,
                "peephole_lstm.v1": peephole_lstm,
                "jordan.v1": jordan,
                "irnn.v1": irnn,
                "clockwork.v1": clockwork,
                "scrn.v1": scrn,
                "feedforward.v1": feedforward,
            }
        ),
        "pooling": MappingProxyType(
            {
                "last.v1": last_pooling,
                "mean.v1": mean_pooling,
                "max.v1": max_pooling,
                "max+mean.v1": max_mean_pooling,
                "attention.v1": attention_pooling,
            }
        ),
        "head": MappingProxyType({"softmax.v1": dense, "sigmoid.v1": dense}),
        "wide": MappingProxyType({"ngrams.v1": ngrams}),
    }
)


def names(kind: Kind) -> list[str]:
    """Names without version, in alphabetical order."""
    return sorted({name.rpartition(".v")[0] for name in PARTS[kind]})


def resolve(kind: Kind, name: str) -> str:
    """The versioned name that ``name`` stands for.

    Args:
        kind: which part of a network.
        name: with a version (``lstm.v1``), or without for the newest one (``lstm``).

    Raises:
        ConfigError: there is no such part.
    """
    if name in PARTS[kind]:
        return name
    versions = [known for known in PARTS[kind] if known.rpartition(".v")[0] == name]
    if not versions:
        raise ConfigError(_unknown(kind, name))
    return max(versions, key=lambda known: int(known.rpartition(".v")[2]))


def find(kind: Kind, name: str) -> Builder:
    """The builder of a part; ``name`` and errors as in ``resolve``."""
    return PARTS[kind][resolve(kind, name)]


def _unknown(kind: Kind, name: str) -> str:
    near = nearest(name, [*names(kind), *PARTS[kind]])
    guess = f' did you mean "{near}"?' if near else ""
    allowed = ", ".join(f'"{known}"' for known in names(kind))
    return f'model.{kind} = "{name}" is not known;{guess} allowed: {allowed}'
