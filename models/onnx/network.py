"""A trained network in plain arrays: what a graph is built from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

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
