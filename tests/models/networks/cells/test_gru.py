from collections.abc import Callable
from typing import Any

import numpy as np
import pytest


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
