"""The population stability index, against its formula in NumPy."""

import numpy as np
import pytest

from service.drift import stability_index


def test_it_is_the_formula() -> None:
    expected, counts = np.array([0.1, 0.2, 0.7]), np.array([30.0, 30.0, 40.0])
    actual = counts / counts.sum()
    formula = float(((actual - expected) * np.log(actual / expected)).sum())
    assert stability_index(list(expected), list(counts)) == pytest.approx(formula)


def test_the_same_shares_are_no_drift_and_a_new_bin_is_much() -> None:
    assert stability_index([0.25, 0.75], [100.0, 300.0]) == pytest.approx(0.0)
    assert stability_index([1.0, 0.0], [50.0, 50.0]) > 1.0
    assert stability_index([0.5, 0.5], [0.0, 7.0]) > 1.0
