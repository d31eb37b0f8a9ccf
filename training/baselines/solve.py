"""Fits a linear model to counted n-grams, its C chosen on dev."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import Task
from training.baselines.grams import Grams
from training.baselines.linear import Floats, LinearModel, gram_values
from training.baselines.recipes import Recipe, Solver
from training.evaluate import Targets

# Above this many labels a support vector machine is several times as fast and no worse.
MOST_LOGISTIC = 16
# A score that no row can reach or undercut: for a label that all training rows have, or none.
_CERTAIN = 30.0


@dataclass(frozen=True, slots=True)
class Counted:
    """Counted texts of train or dev with what they should be answered.

    Attributes:
        counts: from ``Grams.count``, [rows, features].
        targets: index of the label or -1, [rows]; multilabel: 0 or 1, [rows, labels].
    """

    counts: Any
    targets: Targets


def fit_recipe(
    recipe: Recipe, grams: Grams, train: Counted, dev: Counted, *, task: Task, labels: int, seed: int
) -> LinearModel:
    """The recipe with the C that is best on dev; of equals the smallest.

    Args:
        recipe: what to fit.
        grams: what was counted.
        train: rows to learn from.
        dev: rows to choose on.
        task: what a target means.
        labels: how many there are.
        seed: of the solver.
    """
    binary = recipe.weighting == "binary"
    solver: Solver = "logistic regression" if labels <= MOST_LOGISTIC else "linear SVM"
    scale = np.zeros(0, np.float32) if binary else inverse_document_frequency(train.counts)
    values = gram_values(train.counts, recipe.weighting, scale)
    problems = [_Problem.of(values, truth, binary) for truth in _truths(task, train.targets, labels)]
    best, best_score = None, -1.0
    for c in recipe.strengths(solver):
        weights, bias = zip(*(problem.fit(values, solver, c, seed) for problem in problems), strict=True)
        model = LinearModel(
            f"{recipe.name} 1-{len(grams.keys) + 1}-grams, {solver} (C = {c:g})",
            grams,
            recipe.weighting,
            scale,
            np.stack(weights, axis=1),
            np.array(bias, dtype=np.float32),
        )
        score = dev_score(task, model.logits_of(dev.counts), dev.targets)
        if score > best_score:
            best, best_score = model, score
    assert best is not None
    return best


def dev_score(
    task: Task, logits: Floats, targets: Targets, floors: float | npt.NDArray[np.float64] = 0.0
) -> float:
    """Accuracy; multilabel: micro F1 of the labels with a score above the floor, one for all or [labels]."""
    if task == "multilabel":
        answered, truth = logits > floors, np.asarray(targets) == 1
        both = float(answered.sum() + truth.sum())
        return 2.0 * float((answered & truth).sum()) / both if both else 0.0
    return float((logits.argmax(axis=1) == targets).mean())


def inverse_document_frequency(counts: Any) -> Floats:
    """ln((1 + texts) / (1 + texts with the gram)) + 1, [features], as scikit-learn smooths it."""
    texts = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log((1.0 + counts.shape[0]) / (1.0 + texts)) + 1.0
    return idf.astype(np.float32)


def naive_bayes_ratio(values: Any, truth: npt.NDArray[np.bool_]) -> Floats:
    """Log-count ratio of every gram, [features].

    Wang and Manning (2012), Baselines and Bigrams, section 2.1: r = log((p / |p|) / (q / |q|)) with p and q
    the smoothed (alpha = 1) numbers of rows with the gram among those with the label and those without it.

    Args:
        values: whether each gram stands in each row, [rows, features].
        truth: whether each row has the label, [rows].
    """
    p, q = (1.0 + np.asarray(values[rows].sum(axis=0)).ravel() for rows in (truth, ~truth))
    return np.log((p / p.sum()) / (q / q.sum())).astype(np.float32)


def _truths(task: Task, targets: Targets, labels: int) -> list[npt.NDArray[np.bool_]]:
    """What each binary problem has to tell apart; two labels are one problem."""
    if task == "multilabel":
        return [np.asarray(column) == 1 for column in np.asarray(targets).T]
    return [np.asarray(targets) == label for label in ([1] if labels == 2 else range(labels))]


@dataclass(frozen=True, slots=True)
class _Problem:
    """One label against the others. ``ratio``: each gram's factor, [features]; None leaves values alone."""

    truth: npt.NDArray[np.bool_]
    ratio: Floats | None

    @classmethod
    def of(cls, values: Any, truth: npt.NDArray[np.bool_], weigh: bool) -> "_Problem":
        return cls(truth, naive_bayes_ratio(values, truth) if weigh else None)

    def fit(self, values: Any, solver: Solver, c: float, seed: int) -> tuple[Floats, float]:
        """Weights of the unweighted values, and the bias."""
        if self.truth.all() or not self.truth.any():
            return np.zeros(values.shape[1], np.float32), _CERTAIN if self.truth.all() else -_CERTAIN
        if self.ratio is None:
            return _solve(values, self.truth, solver, c, seed)
        weighted = values.copy()
        weighted.data = self.ratio[values.indices]
        weights, bias = _solve(weighted, self.truth, solver, c, seed)
        return weights * self.ratio, bias


def _solve(
    values: Any, truth: npt.NDArray[np.bool_], solver: Solver, c: float, seed: int
) -> tuple[Floats, float]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    fit: Any
    if solver == "linear SVM":
        fit = LinearSVC(C=c, random_state=seed)
    else:
        fit = LogisticRegression(C=c, solver="liblinear", dual=True, tol=1e-3, random_state=seed)
    with warnings.catch_warnings():
        # Weights a little off the optimum are no worse on other rows.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit.fit(values, truth)
    return fit.coef_[0].astype(np.float32), float(fit.intercept_[0])
