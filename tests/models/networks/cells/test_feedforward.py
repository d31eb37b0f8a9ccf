from collections.abc import Callable
from typing import Any

import numpy as np
import pytest


def loop(inputs: Any, layer: Any) -> Any:
    kernel, bias = (weight.numpy() for weight in layer.weights)
    padded = np.concatenate([np.zeros((len(kernel) - 1, inputs.shape[1])), inputs])
    windows = [padded[place : place + len(kernel)] for place in range(len(inputs))]
    return np.tanh([np.einsum("wf,wfu->u", window, kernel) + bias for window in windows])


@pytest.mark.parametrize("window", [1, 2, 3, 12])
@pytest.mark.parametrize("units", [1, 2, 7])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("depth", [1, 2])
def test_states_equal_a_loop_over_the_words(
    equals_loop: Callable[..., None], units: int, depth: int, bidirectional: bool, window: int
) -> None:
    equals_loop("feedforward", loop, units, depth, bidirectional, window=window)
