from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.networks.cells.scrn import SCRNCell
from models.networks.registry import find


def sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def loop(inputs: Any, cell: Any) -> Any:
    a, b, r, p, bias = (
        weight.numpy()
        for weight in (
            cell.kernel,
            cell.context_kernel,
            cell.recurrent_kernel,
            cell.context_to_hidden,
            cell.bias,
        )
    )
    h, s, outputs = np.zeros(len(r)), np.zeros(len(p)), []
    for x in inputs:
        s = 0.3 * (x @ b) + 0.7 * s
        h = sigmoid(s @ p + x @ a + h @ r + bias)
        outputs.append(np.concatenate([h, s]))
    return np.array(outputs)


@pytest.mark.parametrize("units", [1, 2, 7])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("depth", [1, 2])
def test_states_equal_a_loop_over_time(
    equals_loop: Callable[..., None], units: int, depth: int, bidirectional: bool
) -> None:
    equals_loop("scrn", loop, units, depth, bidirectional, size=units + 2)


def test_the_cell_works_in_keras_own_layers(works_in_keras: Callable[..., None]) -> None:
    works_in_keras(lambda: SCRNCell(3, 2, 0.9, seed=1))


def test_the_context_fades_by_alpha(small: Callable[..., Any]) -> None:
    layer = find("cell", "scrn")(small(alpha=0.95), "forward_1", 1)
    inputs = np.zeros((1, 30, 4), np.float32)
    inputs[0, 0] = 1.0
    context = np.asarray(layer(inputs))[0, :, 3:]
    np.testing.assert_allclose(context[-1], context[0] * 0.95**29, rtol=1e-5)


@pytest.mark.parametrize("arguments", [(0, 2), (3, 0), (3, 2, 0.0), (3, 2, 1.0), (3, 2, 1.5)])
def test_values_without_meaning_are_refused(arguments: Any) -> None:
    with pytest.raises(ValueError, match=r"is not allowed; use a (whole )?number"):
        SCRNCell(*arguments)
