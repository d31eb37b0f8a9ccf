from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from models.networks.registry import find


def sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def loop(inputs: Any, cell: Any) -> Any:
    kernel, recurrent, bias = (weight.numpy() for weight in (cell.kernel, cell.recurrent_kernel, cell.bias))
    h = c = np.zeros(len(recurrent))
    states = []
    for x in inputs:
        i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        states.append(h)
    return np.array(states)


@pytest.mark.lecture
@pytest.mark.parametrize("units", [1, 2, 7])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("depth", [1, 2])
def test_states_equal_a_loop_over_time(
    equals_loop: Callable[..., None], units: int, depth: int, bidirectional: bool
) -> None:
    equals_loop("lstm", loop, units, depth, bidirectional)


def test_forget_gate_starts_open(small: Callable[..., Any]) -> None:
    layer = find("cell", "lstm")(small(units=2), "forward_1", 1)
    layer.build((None, None, 4))
    assert layer.cell.bias.numpy().tolist() == [0, 0, 1, 1, 0, 0, 0, 0]


@pytest.mark.lecture
def test_lstm_has_four_times_the_weights_of_a_plain_network(small: Callable[..., Any]) -> None:
    counts = {}
    for name in ("lstm", "simple_rnn"):
        layer = find("cell", name)(small(units=13), "forward_1", 1)
        layer.build((None, None, 17))
        counts[name] = layer.count_params()
    assert counts["simple_rnn"] == 13 * (17 + 13 + 1)
    assert counts["lstm"] == 4 * counts["simple_rnn"]


def gated_memory(small: Callable[..., Any]) -> keras.layers.LSTM:
    """The registered layer, linear: x1 is stored where x2 = 1, wiped where x2 = -1, shown where x3 = 1."""
    registered = find("cell", "lstm")(small(units=1), "forward_1", 1)
    config = {**registered.get_config(), "activation": "linear", "return_state": True}
    layer = keras.layers.LSTM.from_config(config)
    layer.build((None, None, 3))
    input_gate, forget_gate, value, output_gate = [0, 100, 0], [0, 100, 0], [1, 0, 0], [0, 0, 100]
    kernel = np.array([input_gate, forget_gate, value, output_gate], np.float32).T
    layer.set_weights([kernel, np.zeros((1, 4)), np.array([-50, 50, 0, -50], np.float32)])
    return layer


@pytest.mark.lecture
@pytest.mark.parametrize(
    ("x1", "x2", "x3", "memory", "y"),
    [
        (
            [1, 3, 2, 4, 2, 1, 3, 6, 1],
            [0, 1, 0, 1, 0, 0, -1, 1, 0],
            [0, 0, 0, 0, 0, 1, 0, 0, 1],
            [0, 0, 3, 3, 7, 7, 7, 0, 6],
            [0, 0, 0, 0, 0, 7, 0, 0, 6],
        ),
        ([3, 4, 2, 1, 3], [1, 1, 0, 0, -1], [0, 0, 0, 1, 0], [0, 3, 7, 7, 7], [0, 0, 0, 7, 0]),
    ],
    ids=["long", "short"],
)
def test_gates_store_wipe_and_show_a_number(
    small: Callable[..., Any], x1: Any, x2: Any, x3: Any, memory: Any, y: Any
) -> None:
    """The lectures' example of a memory cell; ``memory`` is what it holds before each step."""
    layer = gated_memory(small)
    inputs = np.array([x1, x2, x3], np.float32).T[None]
    np.testing.assert_allclose(np.asarray(layer(inputs)[0])[0, :, 0], y, rtol=0, atol=1e-5)
    before = [0.0] + [float(layer(inputs[:, :step])[2][0, 0]) for step in range(1, len(x1))]
    np.testing.assert_allclose(before, memory, rtol=0, atol=1e-5)
