import numpy as np
import pytest

from models.runtime.manifest import Calibration
from training.thresholds import AtThreshold, find_thresholds

# Answers of label 1, surest first: right, right, wrong, right (two of equal confidence), wrong.
CONFIDENCE = np.array([0.99, 0.9, 0.8, 0.7, 0.7, 0.6])
TARGETS = np.array([1, 1, 0, 1, 0, 1])
P = np.stack([1 - CONFIDENCE, CONFIDENCE], axis=1)
NOW = Calibration(temperature=1.0, abstain_below=0.75)


def found(precision: float | None) -> AtThreshold | None:
    return find_thresholds("classification", ["no", "yes"], NOW, P, TARGETS, precision)[1].found


def test_of_the_thresholds_that_reach_the_precision_the_one_with_most_recall() -> None:
    assert found(1.0) == AtThreshold(0.9, 1.0, 0.5, pytest.approx(4 / 6))
    assert found(0.65) == AtThreshold(0.6, pytest.approx(4 / 6), 1.0, pytest.approx(0.8))


def test_answers_of_equal_confidence_are_not_torn_apart() -> None:
    """At 0.7 the precision would be 3/4, were the second answer of that confidence left out."""
    assert found(0.7) == AtThreshold(0.9, 1.0, 0.5, pytest.approx(4 / 6))


def test_the_best_f1_is_found() -> None:
    best = found(None)
    assert best is not None
    every = [2 * (TARGETS[P[:, 1] >= t] == 1).sum() / ((P[:, 1] >= t).sum() + 4) for t in CONFIDENCE]
    assert best.f1 == pytest.approx(max(every))


def test_a_precision_out_of_reach_has_no_threshold() -> None:
    turned = find_thresholds("classification", ["no", "yes"], NOW, P, 1 - TARGETS, 0.9)
    assert turned[1].found is None
    assert turned[0].found is None, "no text has this label as its best guess"


def test_what_the_service_does_now_stands_beside_it() -> None:
    no, yes = find_thresholds("classification", ["no", "yes"], NOW, P, TARGETS, None)
    assert yes.now == AtThreshold(0.75, pytest.approx(2 / 3), 0.5, pytest.approx(4 / 7))
    assert (no.rows, no.now) == (2, AtThreshold(0.75, None, 0.0, 0.0))


def test_multilabel_judges_each_label_by_its_own_threshold() -> None:
    truth = np.stack([TARGETS == 1, TARGETS == 0], axis=1).astype(np.float32)
    p = np.stack([CONFIDENCE, CONFIDENCE], axis=1)
    now = Calibration(temperature=1.0, thresholds=[0.85, 0.5])
    first, second = find_thresholds("multilabel", ["a", "b"], now, p, truth, 0.9)
    assert (first.now.threshold, first.now.precision) == (0.85, 1.0)
    assert first.found is not None
    assert first.found.threshold == 0.9
    assert second.now.recall == 1.0
    assert second.found is None
