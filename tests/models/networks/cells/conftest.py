"""Runs a stack of layers on vectors, and the loop over time it is held against."""

import json
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest

from models.networks.recurrent import recurrent

Floats = npt.NDArray[np.floating]
Loop = Callable[[Floats, Any], Floats]
LENGTHS = np.array([9, 0, 1, 2], np.int32)


def _cell(layer: Any) -> Any:
    """What holds the weights: a layer over time has a cell, a window of words is a layer itself."""
    return getattr(layer, "cell", layer)


def _states(layers: dict[str, Any], inputs: Floats, loop: Loop, depth: int, bidirectional: bool) -> Floats:
    """States of one row, from ``loop(inputs [time, features], cell) -> [time, units]``."""
    for number in range(1, depth + 1):
        states = [loop(inputs, _cell(layers[f"forward_{number}"]))]
        if bidirectional:
            states.append(loop(inputs[::-1], _cell(layers[f"backward_{number}"]))[::-1])
        inputs = np.concatenate(states, axis=-1)
    return inputs


@pytest.fixture
def equals_loop(small: Callable[..., Any], randomise: Callable[..., Any]) -> Callable[..., None]:
    """Asserts that a registered cell gives the states of a NumPy loop, for one size, depth and direction."""

    def check(
        name: str, loop: Loop, units: int, depth: int, bidirectional: bool, size: int = 0, **fields: Any
    ) -> None:
        """``size``: numbers in the output of a step, where they are not ``units``."""
        spec = small(cell=name, units=units, layers=depth, bidirectional=bidirectional, **fields)
        sequence, lengths = keras.Input((None, 4)), keras.Input((), dtype="int32")
        model = keras.Model([sequence, lengths], recurrent(spec, sequence, lengths, seed=1))
        randomise(model, scale=0.5)
        inputs = np.random.default_rng(3).normal(size=(4, 9, 4)).astype(np.float32)
        states = np.asarray(model([inputs, LENGTHS]))
        assert states.shape == (4, 9, (size or units) * (1 + bidirectional))
        layers = {layer.name: layer for layer in model.layers}
        for row, length, result in zip(inputs, LENGTHS, states, strict=True):
            if length:
                expected = _states(layers, row[:length].astype(np.float64), loop, depth, bidirectional)
                np.testing.assert_allclose(result[:length], expected, rtol=1e-6, atol=1e-6)

    return check


def _outputs(layer: keras.Layer, inputs: Floats, mask: Any = None) -> Floats:
    return np.asarray(layer(inputs) if mask is None else layer(inputs, mask=mask))


@pytest.fixture
def works_in_keras(randomise: Callable[..., Any]) -> Callable[[Callable[[], Any]], None]:
    """Asserts that a cell works in Keras' own layers, with a mask, and after its config has been to JSON."""

    def check(make: Callable[[], Any]) -> None:
        inputs = np.random.default_rng(3).normal(size=(2, 5, 4)).astype(np.float32)
        layer = keras.layers.RNN(make(), return_sequences=True)
        layer.build(inputs.shape)
        randomise(layer)
        expected = _outputs(layer, inputs)

        # Steps in the middle are left out as if they were not there.
        mask = np.array([[True, False, True, False, True]] * 2)
        masked = _outputs(layer, inputs, mask)
        np.testing.assert_allclose(masked[:, [0, 2, 4]], _outputs(layer, inputs[:, [0, 2, 4]]), atol=1e-6)

        both = keras.layers.Bidirectional(keras.layers.RNN(make(), return_sequences=True))
        stack = keras.Sequential([keras.Input((None, 4)), both, keras.layers.RNN([make(), make()])])
        assert stack(inputs).shape == (2, expected.shape[-1])
        both.set_weights(2 * layer.get_weights())
        # Each direction from its own end of the text, also where that is padding.
        steps = np.array([[True] * 3 + [False] * 2] * 2)
        forth, back = np.split(_outputs(both, inputs, steps)[:, :3], 2, axis=-1)
        np.testing.assert_allclose(forth, expected[:, :3], atol=1e-6)
        reversed_text = _outputs(layer, inputs[:, 2::-1])
        np.testing.assert_allclose(back, reversed_text[:, ::-1], atol=1e-6)

        config = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
        again = keras.saving.deserialize_keras_object(config)
        again.build(inputs.shape)
        again.set_weights(layer.get_weights())
        np.testing.assert_array_equal(_outputs(again, inputs), expected)

    return check
