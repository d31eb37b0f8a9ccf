"""Runs a stack of layers on vectors, and the loop over time it is held against."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest

from models.networks.recurrent import recurrent

Floats = npt.NDArray[np.floating]
Loop = Callable[[Floats, Any], Floats]
LENGTHS = np.array([6, 0, 1, 4], np.int32)


def _states(layers: dict[str, Any], inputs: Floats, loop: Loop, depth: int, bidirectional: bool) -> Floats:
    """States of one row, from ``loop(inputs [time, features], cell) -> [time, units]``."""
    for number in range(1, depth + 1):
        states = [loop(inputs, layers[f"forward_{number}"].cell)]
        if bidirectional:
            states.append(loop(inputs[::-1], layers[f"backward_{number}"].cell)[::-1])
        inputs = np.concatenate(states, axis=-1)
    return inputs


@pytest.fixture
def equals_loop(small: Callable[..., Any], randomise: Callable[..., Any]) -> Callable[..., None]:
    """Asserts that a registered cell gives the states of a NumPy loop, for one size, depth and direction."""

    def check(name: str, loop: Loop, units: int, depth: int, bidirectional: bool) -> None:
        spec = small(cell=name, units=units, layers=depth, bidirectional=bidirectional)
        sequence, lengths = keras.Input((None, 4)), keras.Input((), dtype="int32")
        model = randomise(keras.Model([sequence, lengths], recurrent(spec, sequence, lengths, seed=1)))
        inputs = np.random.default_rng(3).normal(size=(4, 6, 4)).astype(np.float32)
        states = np.asarray(model([inputs, LENGTHS]))
        assert states.shape == (4, 6, units * (1 + bidirectional))
        layers = {layer.name: layer for layer in model.layers}
        for row, length, result in zip(inputs, LENGTHS, states, strict=True):
            if length:
                expected = _states(layers, row[:length].astype(np.float64), loop, depth, bidirectional)
                np.testing.assert_allclose(result[:length], expected, rtol=0, atol=1e-5)

    return check
