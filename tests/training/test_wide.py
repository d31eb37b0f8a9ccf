"""The linear side learns what single words and word order say, whatever the kind of task."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import training.wide
from training.wide import STRENGTHS, WideSide, fit_wide, kept_wide

GENERATOR = np.random.default_rng(0)
Texts = list[np.ndarray]


def answers(side: WideSide, texts: Texts, classes: int) -> np.ndarray:
    sums = side.ngrams.matrix(texts) @ side.weights + side.bias
    return sums if sums.shape[1] == classes else np.concatenate([-sums, sums], axis=1) / 2


def noise() -> list[int]:
    return list(GENERATOR.integers(10, 40, GENERATOR.integers(0, 12)))


def rows(spoken: dict[int, list[int]], n: int) -> tuple[Texts, np.ndarray]:
    """``n`` texts of noise with the tokens of their label somewhere in them."""
    targets = GENERATOR.integers(0, len(spoken), n)
    texts = [np.array([*noise(), *spoken[label], *noise()], np.int32) for label in targets]
    return texts, targets.astype(np.int32)


def fit(spoken: dict[int, list[int]]) -> tuple[float, WideSide]:
    """Accuracy on dev, and the side."""
    (train, train_targets), (dev, dev_targets) = rows(spoken, 400), rows(spoken, 100)
    side = fit_wide(
        "classification",
        {"train": train, "dev": dev},
        {"train": train_targets, "dev": dev_targets},
        len(spoken),
    )
    accuracy = np.mean(answers(side, dev, len(spoken)).argmax(axis=1) == dev_targets)
    return float(accuracy), side


@pytest.mark.parametrize(
    "spoken", [{0: [2], 1: [3]}, {0: [2, 3], 1: [3, 2]}, {0: [2, 4, 3], 1: [3, 4, 2], 2: [4, 2, 3]}]
)
def test_words_and_their_order_are_learned(spoken: dict[int, list[int]]) -> None:
    accuracy, side = fit(spoken)
    assert accuracy > 0.95
    assert side.weights.shape == (len(side.ngrams.hashes), 1 if len(spoken) == 2 else 3)
    assert side.strength in STRENGTHS


def test_weights_are_those_of_scikit_learn_on_ratio_weighted_features() -> None:
    """Wang and Manning (2012), written out for two labels."""
    (train, targets), (dev, dev_targets) = rows({0: [2, 5], 1: [3, 5]}, 60), rows({0: [2, 5], 1: [3, 5]}, 30)
    data: Any = ({"train": train, "dev": dev}, {"train": targets, "dev": dev_targets})
    side = fit_wide("classification", *data, 2)
    x = side.ngrams.matrix(train).toarray().astype(np.float64)
    p, q = 1 + x[targets == 1].sum(axis=0), 1 + x[targets == 0].sum(axis=0)
    r = np.log((p / p.sum()) / (q / q.sum()))
    model = LogisticRegression(C=side.strength, solver="liblinear", tol=1e-8, max_iter=10_000).fit(
        x * r, targets
    )
    np.testing.assert_allclose(side.weights[:, 0], model.coef_[0] * r, atol=0.01)
    assert side.bias[0] == pytest.approx(model.intercept_[0], abs=0.05)


def test_a_weaker_penalty_is_not_tried_where_the_last_one_was_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    """With targets by chance every step towards fitting them costs on dev."""
    tried = []
    fit_column = training.wide._fit_column

    def watched(matrix: Any, ratio: Any, positive: Any, strength: float, row_weights: Any) -> Any:
        tried.append(strength)
        return fit_column(matrix, ratio, positive, strength, row_weights)

    monkeypatch.setattr(training.wide, "_fit_column", watched)
    (train, targets), (dev, dev_targets) = rows({0: [], 1: []}, 300), rows({0: [], 1: []}, 300)
    side = fit_wide("classification", {"train": train, "dev": dev}, {"train": targets, "dev": dev_targets}, 2)
    assert side.strength == STRENGTHS[0]
    assert tried == list(STRENGTHS[:2])


def test_labels_of_a_multilabel_text_are_learned_each_for_itself() -> None:
    truth = GENERATOR.integers(0, 2, (300, 3)).astype(np.float32)
    # No text has the third label: there is nothing to tell it by.
    truth[:, 2] = 0
    texts = [np.array([*noise(), *(2 + np.flatnonzero(row)), *noise()], np.int32) for row in truth]
    parts: Any = {"train": texts[:200], "dev": texts[200:]}
    side = fit_wide("multilabel", parts, {"train": truth[:200], "dev": truth[200:]}, 3)
    found = answers(side, texts[200:], 3) > 0
    assert np.mean(found == (truth[200:] == 1)) > 0.95
    assert not side.weights[:, 2].any()
    assert side.bias[2] < -4


def test_row_weights_move_the_weights() -> None:
    texts = [np.array([2], np.int32)] * 10
    targets = np.array([0] * 8 + [1] * 2, np.int32)
    data: Any = ({"train": texts, "dev": texts}, {"train": targets, "dev": targets})
    plain = fit_wide("classification", *data, 2)
    weighted = fit_wide("classification", *data, 2, np.array([1.0] * 8 + [30.0] * 2, np.float32))
    assert answers(plain, texts[:1], 2).argmax() == 0
    assert answers(weighted, texts[:1], 2).argmax() == 1


def test_texts_without_a_known_ngram_and_labels_unknown_in_dev_are_no_obstacle() -> None:
    empty = [np.zeros(0, np.int32), np.array([1, 1], np.int32)]
    targets = {"train": np.array([0, 1], np.int32), "dev": np.array([-1, -1], np.int32)}
    side = fit_wide("classification", {"train": empty, "dev": empty}, targets, 2)
    assert np.isfinite(answers(side, empty, 2)).all()


def test_a_fitted_side_is_found_again_by_what_it_was_fitted_from(tmp_path: Path) -> None:
    (train, targets), (dev, dev_targets) = rows({0: [2], 1: [3]}, 30), rows({0: [2], 1: [3]}, 20)
    texts, truth = {"train": train, "dev": dev}, {"train": targets, "dev": dev_targets}
    first, kept = kept_wide(tmp_path, "classification", texts, truth, 2)
    again, kept_again = kept_wide(tmp_path, "classification", texts, truth, 2)
    assert (kept, kept_again) == (False, True)
    assert again.facts() == first.facts()
    for name in ("weights", "bias"):
        np.testing.assert_array_equal(getattr(again, name), getattr(first, name))
    np.testing.assert_array_equal(again.ngrams.checks(), first.ngrams.checks())
    joined = {"train": [np.concatenate(train[:2]), *train[2:]], "dev": dev}
    changes = [(texts, truth | {"dev": 1 - dev_targets}, None), (texts, truth, np.ones(30, np.float32))]
    for other_texts, other_truth, weights in changes:
        assert not kept_wide(tmp_path, "classification", other_texts, other_truth, 2, weights)[1]
    assert not kept_wide(tmp_path, "classification", joined, truth | {"train": targets[1:]}, 2)[1]
