from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.networks.cells.clockwork import ClockworkCell
from models.networks.registry import find


def loop(periods: Any) -> Any:
    def run(inputs: Any, cell: Any) -> Any:
        kernel, recurrent, bias = (weight.numpy() for weight in cell.weights)
        group = len(bias) // len(periods)
        h, states = np.zeros(len(bias)), []
        for step, x in enumerate(inputs):
            new = h.copy()
            for i, period in enumerate(periods):
                mine = slice(i * group, (i + 1) * group)
                if step % period == 0:
                    # Its own group and all slower ones, which stand behind it.
                    slower = h[i * group :] @ recurrent[i * group :, mine]
                    new[mine] = np.tanh(x @ kernel[:, mine] + slower + bias[mine])
            h = new
            states.append(h)
        return np.array(states)

    return run


@pytest.mark.parametrize(
    ("units", "periods"), [(1, (1,)), (1, (3,)), (2, (1, 4)), (7, (1, 2, 3, 4, 5, 6, 8)), (6, (1, 2, 4))]
)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("depth", [1, 2])
def test_states_equal_a_loop_over_time(
    equals_loop: Callable[..., None], units: int, periods: Any, depth: int, bidirectional: bool
) -> None:
    equals_loop("clockwork", loop(periods), units, depth, bidirectional, periods=periods)


def test_the_cell_works_in_keras_own_layers(works_in_keras: Callable[..., None]) -> None:
    works_in_keras(lambda: ClockworkCell(4, (1, 2), seed=1))


def test_a_slow_group_stands_still_between_its_steps(small: Callable[..., Any]) -> None:
    layer = find("cell", "clockwork")(small(units=3, periods=(1, 2, 4)), "forward_1", 1)
    inputs = np.random.default_rng(0).normal(size=(1, 9, 4)).astype(np.float32)
    states = np.asarray(layer(inputs))[0]
    changes = [(np.flatnonzero(np.diff(states[:, unit])) + 1).tolist() for unit in range(3)]
    assert changes == [[1, 2, 3, 4, 5, 6, 7, 8], [2, 4, 6, 8], [4, 8]]


@pytest.mark.parametrize(
    ("units", "periods", "words"),
    [
        (7, (1, 2), "2 groups, which do not divide units = 7"),
        (4, (), "ascending"),
        (4, (0, 2), "at least 1"),
        (4, (2, 2), "ascending"),
        (4, (4, 1), "ascending"),
    ],
)
def test_periods_that_make_no_groups_are_refused(units: int, periods: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ClockworkCell(units, periods)
