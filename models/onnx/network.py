"""A trained network in plain arrays: what a graph is built from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from models.text.case import CASES

Weights = Mapping[str, npt.NDArray[Any]]
"""The arrays of one layer by the names Keras gives them (``kernel``, ``bias``, ...)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a network: its versioned name in the registry (``max.v1``) and its arrays."""

    name: str
    weights: Weights


@dataclass(frozen=True, slots=True)
class CellSettings:
    """What decides a cell's answer beside its arrays.

    Attributes:
        output_activation: of a Jordan cell, as Keras names it.
        periods: of a Clockwork cell's groups.
        alpha: of a SCRN cell.
    """

    output_activation: str = "tanh"
    periods: tuple[int, ...] = (1,)
    alpha: float = 0.95


@dataclass(frozen=True, slots=True)
class Wide:
    """What reads the text beside the recurrent part.

    Attributes:
        part: how a text becomes raw outputs of its own.
        blend: the scales of both sides' outputs, whose sum is the network's.
    """

    part: Part
    blend: Weights


@dataclass(frozen=True, slots=True)
class Network:
    """A many-to-one network.

    Attributes:
        input: how a token id becomes a vector.
        cell: versioned name of the recurrent cell.
        layers: the arrays of each recurrent layer from the bottom up: those of the forward direction and,
            where there is one, of the backward direction.
        pooling: how the states of a text become one vector.
        head: how that vector becomes raw outputs.
        wide: the side beside the recurrent one, if any.
        settings: of the cell.
    """

    input: Part
    cell: str
    layers: tuple[tuple[Weights, ...], ...]
    pooling: Part
    head: Part
    wide: Wide | None = None
    settings: CellSettings = CellSettings()


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Several networks of the same classes.

    Attributes:
        members: the networks.
        mean: the scales of their outputs, whose sum is the ensemble's.
        wide: the side beside all of them, if any.
    """

    members: tuple[Network, ...]
    mean: Weights
    wide: Wide | None = None


@dataclass(frozen=True, slots=True)
class Characters:
    """What reads the characters of a token.

    Attributes:
        kind: "cnn" or "lstm".
        embedding: a vector for each character.
        layers: the arrays of the filters, or of the forward and of the backward direction.
    """

    kind: str
    embedding: Weights
    layers: tuple[Weights, ...]

    @property
    def size(self) -> int:
        """Numbers in a token's vector: one a filter, or the state of each direction."""
        if self.kind == "cnn":
            return int(self.layers[0]["kernel"].shape[-1])
        return sum(int(layer["recurrent_kernel"].shape[0]) for layer in self.layers)


@dataclass(frozen=True, slots=True)
class Tagger:
    """A network that gives every token a tag. ``input``, ``cell`` and ``layers`` as for ``Network``.

    Attributes:
        emissions: the arrays of the layer from states to tags.
        transitions: scores of neighbouring tags, [tags + 1, tags + 1].
        capitalisation: the network is told how tokens are capitalised.
        characters: what reads their characters, if anything.
        pooling: how the states of a text become one vector, where there are intents.
        intents: the arrays of the layer from that vector to intents.
        wide: the side beside the intents' recurrent one, if any.
        settings: of the cell.
    """

    input: Part
    cell: str
    layers: tuple[tuple[Weights, ...], ...]
    emissions: Weights
    transitions: npt.NDArray[Any]
    capitalisation: bool = False
    characters: Characters | None = None
    pooling: Part | None = None
    intents: Weights | None = None
    wide: Wide | None = None
    settings: CellSettings = CellSettings()

    @property
    def reads_characters(self) -> bool:
        """Whether the network has the input ``characters``."""
        return self.capitalisation or self.characters is not None

    @property
    def word_size(self) -> int:
        """Numbers in what ``input`` makes of a token, without what stands beside it."""
        size = int(self.layers[0][0]["kernel"].shape[-2])
        if self.capitalisation:
            size -= CASES - 1
        return size if self.characters is None else size - self.characters.size
