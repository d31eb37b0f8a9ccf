from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.networks.cells.peephole_lstm import PeepholeLSTMCell


def sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def loop(inputs: Any, cell: Any) -> Any:
    kernel, recurrent, bias = (weight.numpy() for weight in (cell.kernel, cell.recurrent_kernel, cell.bias))
    p_i, p_f, p_o = cell.peephole.numpy()
    h = c = np.zeros(len(recurrent))
    states = []
    for x in inputs:
        i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4)
        c = sigmoid(f + p_f * c) * c + sigmoid(i + p_i * c) * np.tanh(g)
        h = sigmoid(o + p_o * c) * np.tanh(c)
        states.append(h)
    return np.array(states)


@pytest.mark.parametrize("units", [1, 2, 7])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("depth", [1, 2])
def test_states_equal_a_loop_over_time(
    equals_loop: Callable[..., None], units: int, depth: int, bidirectional: bool
) -> None:
    equals_loop("peephole_lstm", loop, units, depth, bidirectional)


def test_the_cell_works_in_keras_own_layers(works_in_keras: Callable[..., None]) -> None:
    works_in_keras(lambda: PeepholeLSTMCell(3, seed=1))


def test_it_starts_as_an_lstm_with_an_open_forget_gate() -> None:
    cell = PeepholeLSTMCell(2, seed=1)
    cell.build((None, 4))
    assert cell.bias.numpy().tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
    assert not cell.peephole.numpy().any()


def test_a_gate_sees_the_memory_cell_behind_a_closed_output() -> None:
    """With h = 0 throughout, the state can only reach the input gate through the peephole."""
    cell = PeepholeLSTMCell(1, activation="linear")
    cell.build((None, 1))
    memory = np.array([[2.0]], np.float32)
    for peephole in (0.0, 3.0):
        cell.peephole.assign([[peephole], [0.0], [0.0]])
        cell.kernel.assign(np.zeros((1, 4)))
        cell.bias.assign([0.0, 50.0, 1.0, -50.0])
        output, (_, c) = cell(np.zeros((1, 1), np.float32), [np.zeros((1, 1), np.float32), memory])
        assert abs(float(output[0, 0])) < 1e-6
        np.testing.assert_allclose(float(c[0, 0]), 2.0 + sigmoid(peephole * 2.0), rtol=1e-6)
