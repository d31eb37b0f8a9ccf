import numpy as np
import pytest
from scipy.stats import binom

from training.significance import mcnemar, paired

RNG = np.random.default_rng(3)


def test_mcnemar_of_a_hand_made_case() -> None:
    # Nine rows that one model alone answers, eight of them the first: P(8 or 9 of 9) on both sides.
    assert mcnemar(8, 1) == mcnemar(1, 8) == pytest.approx(2 * (1 + 9) / 2**9)
    assert mcnemar(5, 5) == 1.0
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(120, 80) == pytest.approx(2 * binom.cdf(80, 200, 0.5))


def test_rows_are_paired() -> None:
    first = np.array([True] * 6 + [False] * 2 + [True] * 2)
    second = np.array([True] * 5 + [False] * 3 + [False, True])
    found = paired(first, second, seed=0)
    assert (found.first_only, found.second_only) == (2, 0)
    assert found.margin.value == pytest.approx(0.2)
    assert found.p == mcnemar(2, 0)


def test_the_interval_is_that_of_the_differences_not_of_two_samples() -> None:
    first = RNG.random(4000) < 0.8
    second = first ^ (RNG.random(4000) < 0.02)
    margin = paired(first, second, seed=0).margin
    difference = first.astype(float) - second
    assert margin.high - margin.low == pytest.approx(2 * 1.96 * difference.std() / np.sqrt(4000), rel=0.15)
    assert margin.low < margin.value < margin.high
