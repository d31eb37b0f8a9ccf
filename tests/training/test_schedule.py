"""The learning rates of a whole run."""

import math
from typing import Any

import numpy as np
import pytest

from training.config import TrainingConfig
from training.schedule import ONE_CYCLE_START, Schedule

RATE = 0.1
QUARTER = 0.5 * (1 + math.cos(math.pi / 4))


def rates(places: list[int], **values: Any) -> list[float]:
    schedule = Schedule.of(TrainingConfig(learning_rate=RATE, **values), steps=40)
    return [float(schedule(step)) / RATE for step in places]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("constant", [1.0, 1.0, 1.0]), ("linear", [1.0, 0.75, 0.0]), ("cosine", [1.0, QUARTER, 0.0])],
)
def test_schedules_end_with_the_run(shape: str, expected: list[float]) -> None:
    np.testing.assert_allclose(rates([0, 10, 40], schedule=shape), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("constant", [1.0, 1.0, 1.0]), ("linear", [1.0, 0.75, 0.0]), ("cosine", [1.0, QUARTER, 0.0])],
)
def test_a_warm_up_rises_in_a_line_before_the_shape_begins(shape: str, expected: list[float]) -> None:
    found = rates([0, 1, 7, 8, 16, 40], schedule=shape, warmup=0.2)
    np.testing.assert_allclose(found, [1 / 8, 2 / 8, 1.0, *expected], atol=1e-6)


def test_one_cycle_rises_and_falls_along_cosines() -> None:
    found = rates([0, 10, 20, 30, 40], schedule="one-cycle", warmup=0.5)
    half_way = (1 + ONE_CYCLE_START) / 2
    np.testing.assert_allclose(found, [ONE_CYCLE_START, half_way, 1.0, 0.5, 0.0], atol=1e-6)


def test_a_run_that_goes_on_too_long_stays_at_the_end() -> None:
    np.testing.assert_allclose(rates([41, 80], schedule="cosine", warmup=0.1), [0.0, 0.0], atol=1e-6)
