import numpy as np
import pytest

from training.soft_loss import SoftLoss

RIGHT = np.array([[3.0, 0.0], [0.0, 3.0]])
TARGETS = np.array([0, 1])


def test_loss_is_the_cross_entropy_with_softened_targets() -> None:
    p = np.exp(3.0) / (1 + np.exp(3.0))
    doubt = 1 / 4
    expected = -(1 - doubt) * np.log(p) - doubt * np.log(1 - p)
    assert SoftLoss("classification", TARGETS, 2)(RIGHT) == pytest.approx(expected)
    assert SoftLoss("classification", TARGETS, 2)(RIGHT * 5, 5.0) == pytest.approx(expected)


def test_certainty_is_not_best_even_where_every_row_is_right() -> None:
    many = np.tile(RIGHT, (20, 1))
    loss = SoftLoss("classification", np.tile(TARGETS, 20), 2)
    assert loss(many * 10) > loss(many) < loss(many * 0.1)


def test_multilabel_counts_every_label() -> None:
    loss = SoftLoss("multilabel", np.array([[1, 0], [1, 1]], np.float32), 2)
    assert loss(np.array([[2.0, -2.0], [2.0, 2.0]])) < loss(np.array([[2.0, 2.0], [2.0, 2.0]]))


def test_rows_with_unknown_labels_do_not_count() -> None:
    more = np.concatenate([RIGHT, [[9.0, -9.0]]])
    assert SoftLoss("classification", np.array([0, 1, -1]), 2)(more) == SoftLoss(
        "classification", TARGETS, 2
    )(RIGHT)
    none = SoftLoss("classification", np.array([-1, -1]), 2)
    assert (none.rows, none(RIGHT)) == (0, 0.0)
