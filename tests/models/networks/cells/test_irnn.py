from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.networks.registry import find


def loop(inputs: Any, cell: Any) -> Any:
    kernel, recurrent, bias = (weight.numpy() for weight in cell.weights)
    h, states = np.zeros(len(recurrent)), []
    for x in inputs:
        h = np.maximum(0.0, x @ kernel + h @ recurrent + bias)
        states.append(h)
    return np.array(states)


@pytest.mark.parametrize("units", [1, 2, 7])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("depth", [1, 2])
def test_states_equal_a_loop_over_time(
    equals_loop: Callable[..., None], units: int, depth: int, bidirectional: bool
) -> None:
    equals_loop("irnn", loop, units, depth, bidirectional)


def test_it_starts_by_handing_its_state_on(small: Callable[..., Any]) -> None:
    layer = find("cell", "irnn")(small(units=60), "forward_1", 1)
    layer.build((None, None, 50))
    kernel, recurrent, bias = layer.get_weights()
    np.testing.assert_array_equal(recurrent, np.eye(60))
    assert not bias.any()
    assert kernel.std() == pytest.approx(0.001, rel=0.05)
    inputs = np.zeros((1, 100, 50), np.float32)
    inputs[0, 0] = np.random.default_rng(0).normal(size=50)
    states = np.asarray(layer(inputs))[0]
    assert states[0].any()
    np.testing.assert_array_equal(states[-1], states[0])
