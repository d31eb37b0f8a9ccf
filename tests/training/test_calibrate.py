import numpy as np
import pytest

from models.runtime.decoding import probabilities, softmax
from training.calibrate import abstention_threshold, best_thresholds, calibrate, fit_temperature
from training.config import CalibrationConfig

RNG = np.random.default_rng(3)


def calibrated_rows(rows: int = 5000) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose softmax is the true distribution of the targets."""
    logits = RNG.normal(scale=1.5, size=(rows, 3))
    return logits, np.array([RNG.choice(3, p=p) for p in softmax(logits)])


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_temperature_undoes_a_known_scaling(factor: float) -> None:
    logits, targets = calibrated_rows()
    assert fit_temperature("classification", logits * factor, targets) == pytest.approx(factor, rel=0.08)


def test_rows_all_answered_rightly_do_not_make_the_model_certain() -> None:
    logits = np.tile([[3.0, 0.0], [0.0, 3.0]], (40, 1))
    targets = np.tile([0, 1], 40)
    temperature = fit_temperature("classification", logits, targets)
    assert 0.95 < probabilities("classification", logits, temperature).max() < 0.995


def test_temperature_never_changes_the_best_label() -> None:
    logits, targets = calibrated_rows(300)
    temperature = fit_temperature("classification", logits * 4, targets)
    scaled = probabilities("classification", logits * 4, temperature)
    assert (scaled.argmax(axis=1) == logits.argmax(axis=1)).all()


def test_rows_with_unknown_labels_do_not_move_the_temperature() -> None:
    logits, targets = calibrated_rows(500)
    more = np.concatenate([logits, RNG.normal(size=(200, 3))])
    unknown = np.concatenate([targets, np.full(200, -1)])
    assert fit_temperature("classification", more, unknown) == fit_temperature(
        "classification", logits, targets
    )


def test_coverage_is_the_share_of_dev_rows_answered() -> None:
    logits, targets = calibrated_rows(1000)
    found = calibrate("classification", logits, targets, CalibrationConfig(coverage=0.8))
    assert found.dev_answered == pytest.approx(0.8)


def test_full_coverage_never_abstains() -> None:
    logits, targets = calibrated_rows(100)
    assert calibrate("classification", logits, targets, CalibrationConfig(coverage=1.0)).abstain_below == 0.0


def test_target_accuracy_takes_the_lowest_threshold_that_reaches_it() -> None:
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    right = np.array([True, True, False, True])
    config = CalibrationConfig(target_accuracy=0.75)
    assert abstention_threshold(confidence, right, config) == 0.0
    assert abstention_threshold(confidence, right, CalibrationConfig(target_accuracy=0.9)) == 0.8


def test_a_target_out_of_reach_gives_the_most_accurate_threshold() -> None:
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    right = np.array([False, True, True, False])
    assert abstention_threshold(confidence, right, CalibrationConfig(target_accuracy=0.99)) == 0.7


def test_rows_of_equal_confidence_are_not_divided() -> None:
    confidence = np.array([0.9, 0.8, 0.8, 0.8])
    right = np.array([True, True, False, False])
    assert abstention_threshold(confidence, right, CalibrationConfig(target_accuracy=0.9)) == 0.9


def test_multilabel_thresholds_have_the_best_f1_and_one_half_where_nothing_is_known() -> None:
    p = np.array([[0.9, 0.3], [0.6, 0.4], [0.4, 0.2], [0.1, 0.1]])
    truth = np.array([[1, 0], [1, 0], [1, 0], [0, 0]])
    # Halfway between the rows that are given the label and the others.
    assert best_thresholds(p, truth) == [0.25, 0.5]
    assert best_thresholds(p[:3], truth[:3]) == [0.2, 0.5]
