"""Small networks whose weights are large enough for every mistake to show."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest

from models.networks.build import build_network
from models.networks.spec import NetworkSpec

Floats = npt.NDArray[np.float32]
Network = Callable[..., keras.Model]


def _randomise(layer: keras.Layer, seed: int = 0, scale: float = 0.8) -> Any:
    """Draws every weight anew from a normal distribution."""
    generator = np.random.default_rng(seed)
    for weight in layer.trainable_weights:
        weight.assign(generator.normal(0.0, scale, weight.shape))
    return layer


@pytest.fixture
def randomise() -> Callable[..., Any]:
    return _randomise


@pytest.fixture
def small() -> Callable[..., NetworkSpec]:
    """Makes a spec: 11 ids, vectors of 4, 3 units, 2 labels, no dropout; any field can be given."""

    def make(**fields: Any) -> NetworkSpec:
        defaults: dict[str, Any] = {
            "vocabulary_size": 11,
            "classes": 2,
            "embedding_size": 4,
            "units": 3,
            "output_units": 4,
            "periods": (1, 2, 3),
            "context_units": 2,
            "alpha": 0.7,
            "window": 5,
            "embedding_dropout": 0.0,
            "dropout": 0.0,
        }
        return NetworkSpec(**{**defaults, **fields})

    return make


@pytest.fixture
def network(small: Callable[..., NetworkSpec]) -> Network:
    """Makes a network of a small spec, its weights drawn large."""

    def make(**fields: Any) -> keras.Model:
        return _randomise(build_network(small(**fields), seed=1))

    return make


@pytest.fixture
def answer() -> Callable[..., Floats]:
    """Runs a model on lists of ids: pads them, with ``padding`` behind, to the longest or to ``time``."""

    def run(model: keras.Model, rows: list[list[int]], time: int | None = None, padding: int = 0) -> Floats:
        ids = np.full((len(rows), time or max(1, *map(len, rows))), padding, np.int32)
        for row, tokens in zip(ids, rows, strict=True):
            row[: len(tokens)] = tokens
        lengths = np.array([len(tokens) for tokens in rows], np.int32)
        return np.asarray(model({"ids": ids, "lengths": lengths}, training=False))

    return run
