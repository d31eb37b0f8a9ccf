from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from models.networks.cells.gru import GRUCell


def sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def loop(inputs: Any, cell: Any) -> Any:
    kernel, recurrent, bias = (weight.numpy() for weight in (cell.kernel, cell.recurrent_kernel, cell.bias))
    h, states = np.zeros(len(recurrent)), []
    for x in inputs:
        x_z, x_r, x_n = np.split(x @ kernel + bias[0], 3)
        h_z, h_r, h_n = np.split(h @ recurrent + bias[1], 3)
        z = sigmoid(x_z + h_z)
        h = z * h + (1 - z) * np.tanh(x_n + sigmoid(x_r + h_r) * h_n)
        states.append(h)
    return np.array(states)


@pytest.mark.parametrize("units", [1, 2, 7])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("depth", [1, 2])
def test_states_equal_a_loop_over_time(
    equals_loop: Callable[..., None], units: int, depth: int, bidirectional: bool
) -> None:
    equals_loop("gru", loop, units, depth, bidirectional)


def test_the_cell_works_in_keras_own_layers(works_in_keras: Callable[..., None]) -> None:
    works_in_keras(lambda: GRUCell(3))


def test_it_gives_what_keras_own_cell_gives(randomise: Callable[..., Any]) -> None:
    own, keras_own = GRUCell(3), keras.layers.GRUCell(3)
    h = np.random.default_rng(3).normal(size=(2, 3)).astype(np.float32)
    x = np.random.default_rng(4).normal(size=(2, 4)).astype(np.float32)
    for cell in (own, keras_own):
        cell.build((None, 4))
        randomise(cell)
    np.testing.assert_allclose(own(x, [h])[0], keras_own(x, [h])[0], rtol=0, atol=1e-6)
