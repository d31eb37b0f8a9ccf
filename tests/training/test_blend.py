import numpy as np
import pytest

from training.blend import fit_scales, wide_share

GENERATOR = np.random.default_rng(1)
TARGETS = GENERATOR.integers(0, 2, 2000)


def logits(strength: float, targets: np.ndarray = TARGETS) -> np.ndarray:
    """Of a model that sees the truth through noise of deviation 1: calibrated at ``strength`` 1."""
    seen = (2.0 * targets - 1.0) + GENERATOR.normal(size=len(targets))
    return strength * np.stack([-seen, seen], axis=1).astype(np.float32)


def test_independent_sides_get_the_scales_that_calibrate_their_sum() -> None:
    a, b = fit_scales("classification", logits(0.5), logits(2.0), TARGETS)
    assert a == pytest.approx(2.0, rel=0.15)
    assert b == pytest.approx(0.5, rel=0.15)


def test_blend_is_better_than_its_sides() -> None:
    one, other = logits(1.0), logits(1.0)
    a, b = fit_scales("classification", one, other, TARGETS)
    fresh = GENERATOR.integers(0, 2, 5000)
    sides = logits(1.0, fresh), logits(1.0, fresh)
    alone = max(np.mean(side.argmax(axis=1) == fresh) for side in sides)
    assert np.mean((a * sides[0] + b * sides[1]).argmax(axis=1) == fresh) > alone + 0.03


def test_a_side_that_knows_nothing_or_the_contrary_gets_no_weight() -> None:
    for useless in (GENERATOR.normal(size=(2000, 2)).astype(np.float32), -logits(1.0)):
        a, b = fit_scales("classification", logits(1.0), useless, TARGETS)
        assert a == pytest.approx(1.0, rel=0.2)
        assert b < 0.12


def test_multilabel_scales_are_fitted_on_every_label() -> None:
    truth = GENERATOR.integers(0, 2, (1000, 3))
    noise = GENERATOR.normal(size=(1000, 3))
    seen = (2 * ((2.0 * truth - 1.0) + noise)).astype(np.float32)
    a, _ = fit_scales("multilabel", seen, np.zeros_like(seen), truth)
    assert a == pytest.approx(1.0, rel=0.15)


def test_rows_that_are_all_right_leave_the_scales_finite() -> None:
    right = np.where(np.eye(2)[TARGETS] > 0, 3.0, -3.0).astype(np.float32)
    a, b = fit_scales("classification", right, right, TARGETS)
    assert 0 < 6 * (a + b) < 15


def test_without_a_known_label_both_sides_count_half() -> None:
    unknown = np.full(4, -1)
    assert fit_scales("classification", logits(1.0)[:4], logits(1.0)[:4], unknown) == (0.5, 0.5)


def test_share_is_that_of_the_deviation() -> None:
    side = logits(1.0)
    assert wide_share(3 * side, side) == pytest.approx(0.25)
    assert wide_share(side, 0 * side) == 0.0
    assert wide_share(0 * side, 0 * side) == 0.0
