from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.networks.cells.jordan import JordanCell
from models.networks.registry import find


def loop(inputs: Any, cell: Any) -> Any:
    u, w, b, v, c = (weight.numpy() for weight in cell.weights)
    y, outputs = np.zeros(len(c)), []
    for x in inputs:
        y = np.tanh(np.tanh(x @ u + y @ w + b) @ v + c)
        outputs.append(y)
    return np.array(outputs)


def softmax_loop(inputs: Any, cell: Any) -> Any:
    u, w, b, v, c = (weight.numpy() for weight in cell.weights)
    y, outputs = np.zeros(len(c)), []
    for x in inputs:
        z = np.exp(np.tanh(x @ u + y @ w + b) @ v + c)
        y = z / z.sum()
        outputs.append(y)
    return np.array(outputs)


@pytest.mark.parametrize("units", [1, 2, 7])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("depth", [1, 2])
def test_states_equal_a_loop_over_time(
    equals_loop: Callable[..., None], units: int, depth: int, bidirectional: bool
) -> None:
    equals_loop("jordan", loop, units, depth, bidirectional, size=4)
    equals_loop("jordan", loop, units, depth, bidirectional, output_units=None)


def test_the_remembered_output_may_have_any_activation(equals_loop: Callable[..., None]) -> None:
    equals_loop("jordan", softmax_loop, 3, 1, False, size=4, output_activation="softmax")


def test_the_cell_works_in_keras_own_layers(works_in_keras: Callable[..., None]) -> None:
    works_in_keras(lambda: JordanCell(3, 2, "sigmoid", seed=1))


def test_the_memory_is_the_output_not_the_hidden_layer(small: Callable[..., Any]) -> None:
    """With an output layer of zeros nothing of the past can be remembered."""
    layer = find("cell", "jordan")(small(units=3), "forward_1", 1)
    inputs = np.random.default_rng(0).normal(size=(1, 4, 4)).astype(np.float32)
    layer.build(inputs.shape)
    assert np.ptp(np.asarray(layer(inputs))[0], axis=0).min() > 1e-3
    layer.cell.output_kernel.assign(np.zeros((3, 4)))
    assert not np.asarray(layer(inputs)).any()


@pytest.mark.parametrize("arguments", [(0,), (3, 0), (3, -1)])
def test_sizes_without_meaning_are_refused(arguments: Any) -> None:
    with pytest.raises(ValueError, match="use a whole number of at least 1"):
        JordanCell(*arguments)
