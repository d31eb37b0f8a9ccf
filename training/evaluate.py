"""Figures of merit from probabilities and targets, with bootstrap 95 % intervals.

A target of -1 is a label that training did not have: its row counts as wrong everywhere it can.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import Evaluation, Interval, Task
from training.bootstrap import (
    Resamples,
    accuracy_of,
    ece_of,
    interval,
    linear_interval,
    macro_f1_of,
    roc_auc_of,
)
from training.f1 import f1, macro_f1
from training.significance import paired

Probabilities = npt.NDArray[np.float64]
Targets = npt.NDArray[Any]
"""Integers for one label a row; for multilabel numbers that are 0 or 1, of any type."""


def evaluate(
    task: Task,
    labels: Sequence[str],
    probabilities: Probabilities,
    targets: Targets,
    *,
    slices: Sequence[str | None] = (),
    thresholds: Sequence[float] | None = None,
    missed: npt.NDArray[np.integer] | None = None,
    seed: int = 0,
) -> Evaluation:
    """Metrics of one model on one set of rows.

    Args:
        probabilities: [rows, classes].
        targets: classification: index of the label or -1, [rows]; multilabel: 0 or 1, [rows, classes].
        slices: a name a row (None where it has none); each gets its own accuracy.
        thresholds: multilabel: smallest probability at which a label is answered, one a label.
        missed: multilabel: how many labels of each row training did not have, [rows]; such a row is wrong.
        seed: of the bootstrap.
    """
    if task == "multilabel":
        thresholds = thresholds or [0.5] * len(labels)
        missed = np.zeros(len(targets), np.int64) if missed is None else missed
        return _multilabel(labels, probabilities, targets, thresholds, missed, slices, seed)
    return _classification(labels, probabilities, targets, slices, seed)


def accuracy_margin(
    task: Task,
    network: Probabilities,
    baseline: Probabilities,
    targets: Targets,
    *,
    thresholds: Sequence[float] | None = None,
    baseline_thresholds: Sequence[float] | None = None,
    missed: npt.NDArray[np.integer] | None = None,
    seed: int = 0,
) -> Interval:
    """By how much the network's accuracy is above the baseline's, both on the same rows of every draw."""
    ours = right_rows(task, network, targets, thresholds, missed)
    theirs = right_rows(task, baseline, targets, baseline_thresholds, missed)
    return paired(ours, theirs, seed).margin


def right_rows(
    task: Task,
    p: Probabilities,
    targets: Targets,
    thresholds: Sequence[float] | None,
    missed: npt.NDArray[np.integer] | None = None,
) -> npt.NDArray[np.bool_]:
    """Which rows are answered rightly (multilabel: with exactly the right labels), [rows]."""
    if task == "multilabel":
        limits = np.full(p.shape[1], 0.5) if thresholds is None else np.asarray(thresholds)
        exact = ((p >= limits) == targets.astype(bool)).all(axis=1)
        return np.asarray(exact if missed is None else exact & (missed == 0))
    return np.asarray(p.argmax(axis=1) == targets)


def confusion_counts(
    targets: npt.NDArray[np.integer], guesses: npt.NDArray[np.integer], classes: int
) -> npt.NDArray[np.int64]:
    """How often each label was answered each, [label, answer]; rows with the target -1 are not counted."""
    counts = np.zeros((classes, classes), dtype=np.int64)
    known = targets >= 0
    np.add.at(counts, (targets[known], guesses[known]), 1)
    return counts


def _classification(
    labels: Sequence[str], p: Probabilities, targets: Targets, slices: Sequence[str | None], seed: int
) -> Evaluation:
    guesses = p.argmax(axis=1)
    right = guesses == targets
    draws = Resamples(len(targets), seed)
    metrics = {
        "accuracy": interval(accuracy_of(right), draws),
        "macro_f1": interval(macro_f1_of(guesses, targets, len(labels)), draws),
        "ece": interval(ece_of(p.max(axis=1), right), draws),
        **_roc_auc([targets == c for c in range(len(labels))], p, draws),
    }
    counts = confusion_counts(targets, guesses, len(labels))
    return Evaluation(
        n=len(targets),
        metrics=metrics,
        per_class=_per_class(labels, counts, np.bincount(guesses, minlength=len(labels))),
        slices=_slices(slices, right),
        confusion=counts.tolist(),
    )


def _multilabel(
    labels: Sequence[str],
    p: Probabilities,
    targets: Targets,
    thresholds: Sequence[float],
    missed: npt.NDArray[np.integer],
    slices: Sequence[str | None],
    seed: int,
) -> Evaluation:
    truth = targets.astype(bool)
    answered = p >= np.asarray(thresholds)
    exact = (answered == truth).all(axis=1) & (missed == 0)
    draws = Resamples(len(targets), seed)
    hits, said, there = (answered & truth).sum(0), answered.sum(0), truth.sum(0)

    def macro(weight: Probabilities) -> Probabilities:
        return macro_f1(weight @ (answered & truth), weight @ answered, weight @ truth)

    def micro_f1(weight: Probabilities) -> Probabilities:
        there = truth.sum(axis=1) + missed
        return f1(weight @ (answered & truth).sum(axis=1), weight @ answered.sum(axis=1), weight @ there)

    metrics = {
        "accuracy": interval(accuracy_of(exact), draws),
        "macro_f1": interval(macro, draws),
        "micro_f1": interval(micro_f1, draws),
        **_roc_auc(list(truth.T), p, draws),
    }
    per_class = {
        label: {
            "precision": float(hits[i] / said[i]) if said[i] else 0.0,
            "recall": float(hits[i] / there[i]) if there[i] else 0.0,
            "f1": float(f1(hits[i], said[i], there[i])),
            "n": float(there[i]),
        }
        for i, label in enumerate(labels)
    }
    return Evaluation(
        n=len(targets),
        metrics=metrics,
        per_class=per_class,
        slices=_slices(slices, exact),
        cardinality={
            "labelled": float((truth.sum(axis=1) + missed).mean()),
            "answered": float(answered.sum(axis=1).mean()),
        },
    )


def _roc_auc(
    truths: Sequence[npt.NDArray[np.bool_]], p: Probabilities, draws: Resamples
) -> dict[str, Interval]:
    """Mean one-against-rest area over the classes that have rows on both sides; nothing where none has."""
    classes = [c for c, truth in enumerate(truths) if 0 < truth.sum() < len(truth)]
    if not classes:
        return {}
    if len(truths) == 2:
        classes = [1] if 1 in classes else classes
    areas, influences = zip(*(roc_auc_of(p[:, c], truths[c]) for c in classes), strict=True)
    value, influence = float(np.mean(areas)), np.mean(influences, axis=0)
    return {"roc_auc": linear_interval(value, influence, draws)}


def _per_class(
    labels: Sequence[str], confusion: npt.NDArray[np.int64], said: npt.NDArray[np.int64]
) -> dict[str, dict[str, float]]:
    """Rows with a label that training did not have stand in ``said`` and so lower precision."""
    hits, there = np.diag(confusion), confusion.sum(axis=1)
    return {
        label: {
            "precision": float(hits[i] / said[i]) if said[i] else 0.0,
            "recall": float(hits[i] / there[i]) if there[i] else 0.0,
            "f1": float(f1(hits[i], said[i], there[i])),
            "n": float(there[i]),
        }
        for i, label in enumerate(labels)
    }


def _slices(slices: Sequence[str | None], right: npt.NDArray[np.bool_]) -> dict[str, dict[str, float]]:
    names = np.asarray(["" if name is None else name for name in slices], dtype=object)
    return {
        str(name): {"accuracy": float(right[names == name].mean()), "n": float((names == name).sum())}
        for name in sorted(set(names.tolist()) - {""})
    }
