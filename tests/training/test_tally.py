import math

import numpy as np
import pytest

from training.batching import Batch
from training.step import StepFigures
from training.tally import FETCH_EVERY, Tally


def batch(rows: int, tokens: int = 3) -> Batch:
    ids, lengths = np.ones((rows, tokens), np.int32), np.full(rows, tokens, np.int32)
    return Batch(ids, lengths, np.zeros(rows), np.ones(rows, np.float32), np.arange(rows))


class Scalar:
    """A figure on a device; counts who waits for it."""

    fetched = 0

    def __init__(self, value: float) -> None:
        self.value = value

    def __float__(self) -> float:
        Scalar.fetched += 1
        return self.value


def figures(loss: float, norm: float = 1.0) -> StepFigures:
    return StepFigures(Scalar(loss), Scalar(norm))


def test_the_loss_is_the_mean_over_rows() -> None:
    tally = Tally()
    assert tally.loss == 0.0
    for rows, loss in ((4, 1.0), (4, 2.0), (2, 6.0)):
        assert tally.add(batch(rows), figures(loss)) is None
    assert tally.loss == 1.0, "only the first step has been waited for"
    assert tally.fetch() is None
    assert tally.loss == pytest.approx((4 * 1.0 + 4 * 2.0 + 2 * 6.0) / 10)
    assert (tally.steps, tally.tokens) == (3, 30)


def test_steps_are_waited_for_together() -> None:
    tally, waits = Tally(), []
    for _ in range(3 * FETCH_EVERY + 1):
        Scalar.fetched = 0
        tally.add(batch(1), figures(1.0))
        waits.append(Scalar.fetched > 0)
    assert waits[0]
    assert sum(waits) == 4


@pytest.mark.parametrize(
    ("loss", "norm", "what"),
    [(math.nan, 3.0, "loss became nan"), (0.7, math.inf, "gradient's norm became inf")],
)
def test_the_first_step_that_went_wrong_is_named(loss: float, norm: float, what: str) -> None:
    tally = Tally()
    for _ in range(5):
        assert tally.add(batch(2), figures(0.5)) is None
    assert tally.add(batch(7, tokens=9), figures(loss, norm)) is None
    tally.add(batch(2), figures(math.nan))
    wrong = tally.fetch()
    assert wrong is not None
    assert (wrong.step, wrong.what) == (6, what)
    assert wrong.details == f", gradient norm {norm:g}, batch of 7 rows of at most 9 tokens"
