"""Labels that two models doubt."""

import numpy as np

from training.report.label_errors import likely_label_errors
from training.report.material import JudgedRows

LABELS = ("a", "b")


def judged(targets: list[int]) -> JudgedRows:
    rows = len(targets)
    return JudgedRows(
        "test",
        tuple(f"text {n}" for n in range(rows)),
        np.array(targets),
        np.zeros((rows, 2), np.float32),
        np.ones(rows, np.int64),
        np.zeros(rows),
    )


def sure(of_b: list[float]) -> np.ndarray:
    return np.array([[1 - p, p] for p in of_b])


def test_rows_that_both_models_put_surely_elsewhere_are_found() -> None:
    rows = judged([0, 0, 0, 0, 1, 1, -1])
    network = sure([0.1, 0.95, 0.99, 0.2, 0.9, 0.8, 0.9])
    baseline = sure([0.2, 0.9, 0.2, 0.1, 0.8, 0.9, 0.9])
    (found,) = likely_label_errors(LABELS, rows, network, baseline)
    assert (found.row, found.text, found.given, found.suggested) == (2, "text 1", "a", "b")
    assert abs(found.doubt - 0.85) < 1e-9
    alone = likely_label_errors(LABELS, rows, network, None)
    assert [one.row for one in alone] == [3, 2]


def test_rows_that_a_model_is_unsure_of_are_left_alone() -> None:
    p = sure([0.1, 0.6, 0.95, 0.95])
    assert likely_label_errors(LABELS, judged([0, 0, 1, 1]), p, p) == []
