import numpy as np
import pytest

from training.f1 import f1, macro_f1


def test_f1_of_counts() -> None:
    # 2 of 3 answers are right, and 2 of the 4 that are there were found.
    np.testing.assert_allclose(f1([2, 0, 0], [3, 1, 0], [4, 0, 0]), [4 / 7, 0.0, 0.0])


def test_a_label_neither_there_nor_answered_is_left_out_of_the_mean() -> None:
    assert macro_f1([2, 0, 0], [3, 1, 0], [4, 0, 0]) == pytest.approx(2 / 7)
    np.testing.assert_allclose(macro_f1([[1, 0], [0, 0]], [[1, 0], [0, 0]], [[1, 0], [0, 0]]), [1.0, 0.0])
