import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, roc_auc_score

from training.bootstrap import (
    Resamples,
    accuracy_of,
    ece_of,
    interval,
    linear_interval,
    macro_f1_of,
    roc_auc_of,
)

RNG = np.random.default_rng(7)


def test_value_is_the_figure_on_all_rows_and_lies_in_its_interval() -> None:
    right = RNG.random(400) < 0.8
    found = interval(accuracy_of(right), Resamples(400, seed=1))
    assert found.value == pytest.approx(right.mean())
    assert found.low < found.value < found.high


def test_accuracy_interval_has_the_width_of_the_binomial_one() -> None:
    right = np.arange(2000) < 1600
    found = interval(accuracy_of(right), Resamples(2000, seed=3))
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.sqrt(0.8 * 0.2 / 2000), rel=0.15)


def test_same_seed_same_interval() -> None:
    right = RNG.random(100) < 0.5
    draws = [interval(accuracy_of(right), Resamples(100, seed)) for seed in (5, 5, 6)]
    assert draws[0] == draws[1] != draws[2]


def test_portions_add_up_to_all_draws_for_many_rows() -> None:
    weights = list(Resamples(20_000, seed=0).portions())
    assert sum(len(portion) for portion in weights) == 2000
    assert all((portion.sum(axis=1) == 20_000).all() for portion in weights)


def test_macro_f1_equals_scikit_learn_on_every_draw() -> None:
    guesses, targets = RNG.integers(0, 8, 12), RNG.integers(0, 8, 12)
    weights = RNG.multinomial(12, np.full(12, 1 / 12), size=20).astype(float)
    expected = [
        f1_score(targets[row > 0], guesses[row > 0], average="macro", sample_weight=row[row > 0])
        for row in weights
    ]
    # A label more that nothing is said of, and in some draws others of which nothing is.
    np.testing.assert_allclose(macro_f1_of(guesses, targets, 9)(weights), expected, atol=1e-12)
    assert any(len({*targets[row > 0], *guesses[row > 0]}) < 8 for row in weights)


def test_a_model_without_a_mistake_has_a_macro_f1_of_one_and_no_spread() -> None:
    targets = np.repeat(np.arange(40), 2)
    found = interval(macro_f1_of(targets, targets, 40), Resamples(80, seed=1))
    assert (found.low, found.value, found.high) == (1.0, 1.0, 1.0)


def test_macro_f1_of_few_rows_a_label_lies_well_inside_its_interval() -> None:
    random = np.random.default_rng(2)
    targets = np.repeat(np.arange(40), 2)
    guesses = np.where(random.random(80) < 0.6, targets, random.integers(0, 40, 80))
    found = interval(macro_f1_of(guesses, targets, 40), Resamples(80, seed=1))
    assert found.low + 0.03 < found.value < found.high - 0.03


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_a_figure_lies_in_its_interval(pairs: list[tuple[int, int]]) -> None:
    guesses, targets = np.array(pairs).T
    for figure in (macro_f1_of(guesses, targets, 5), accuracy_of(guesses == targets)):
        found = interval(figure, Resamples(len(pairs), seed=3))
        assert 0.0 <= found.low <= found.value <= found.high <= 1.0


def test_roc_auc_equals_scikit_learn_with_ties() -> None:
    scores, truth = np.round(RNG.random(80), 1), RNG.random(80) < 0.4
    assert roc_auc_of(scores, truth)[0] == pytest.approx(roc_auc_score(truth, scores), abs=1e-12)


def test_roc_auc_interval_is_that_of_a_bootstrap_with_every_area_computed() -> None:
    truth = RNG.random(400) < 0.4
    scores = np.round(truth + RNG.normal(size=400), 1)
    value, influence = roc_auc_of(scores, truth)
    draws = Resamples(400, seed=2)
    weights = np.concatenate(list(draws.portions()))
    areas = [roc_auc_score(truth, scores, sample_weight=row) for row in weights]
    found = linear_interval(value, influence, draws)
    assert influence.mean() == pytest.approx(0.0, abs=1e-12)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(areas, [0.025, 0.975])), abs=0.004)


def test_a_perfect_order_has_an_area_of_one_and_no_spread() -> None:
    value, influence = roc_auc_of(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True]))
    assert value == 1.0
    assert np.abs(influence).max() == 0.0


def test_ece_of_a_hand_made_case() -> None:
    confidence = np.array([0.95, 0.95, 0.95, 0.95, 0.55, 0.55])
    right = np.array([True, True, True, False, True, False])
    # Bins [14/15, 1] (gap |3 - 3.8|) and [8/15, 9/15] (gap |1 - 1.1|), over six rows.
    assert ece_of(confidence, right)(np.ones((1, 6)))[0] == pytest.approx((0.8 + 0.1) / 6)


def test_perfectly_calibrated_answers_have_a_small_ece() -> None:
    confidence = RNG.uniform(0.5, 1.0, 20_000)
    right = RNG.random(20_000) < confidence
    assert ece_of(confidence, right)(np.ones((1, 20_000)))[0] < 0.02
