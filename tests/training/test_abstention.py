import numpy as np
import pytest

from training.abstention import coverage_curve


def test_the_surest_half_of_a_hand_made_case() -> None:
    confidence = np.linspace(0.5, 0.995, 100)
    right = confidence > 0.7
    points = coverage_curve(confidence, right)
    assert len(points) == 20
    assert (points[0].coverage, points[0].accuracy) == (1.0, pytest.approx(right.mean()))
    assert points[0].threshold == 0.5
    half = next(point for point in points if point.coverage == 0.5)
    assert half.accuracy == 1.0
    assert half.threshold == pytest.approx(np.sort(confidence)[50])
    assert points[-1].coverage == pytest.approx(0.05)


def test_answers_of_equal_confidence_are_given_together() -> None:
    points = coverage_curve(np.array([0.9, 0.6, 0.6, 0.6]), np.array([True, True, False, False]))
    assert [(point.coverage, point.accuracy) for point in points] == [(1.0, 0.5), (0.25, 1.0)]
