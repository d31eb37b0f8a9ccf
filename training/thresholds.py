"""For each label the confidence from which on its answers are as precise as wanted, or best by F1."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import Calibration, Task
from training.evaluate import Targets

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What answers of one label are worth when they need at least this confidence; shares from 0 to 1.

    ``precision`` is None where no answer reaches the threshold.
    """

    threshold: float
    precision: float | None
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class LabelThreshold:
    """One label. ``found`` is None where no threshold reaches the goal; ``now`` is what the service does."""

    label: str
    rows: int
    now: AtThreshold
    found: AtThreshold | None

    def as_dict(self) -> dict[str, Any]:
        """A JSON-able copy."""
        return asdict(self)


def find_thresholds(
    task: Task,
    labels: Sequence[str],
    calibration: Calibration,
    p: Floats,
    targets: Targets,
    precision: float | None = None,
) -> list[LabelThreshold]:
    """Looks for a threshold for every label.

    One label a text: only a text's best guess is an answer, and its probability the confidence. Multilabel:
    every label is an answer of its own.

    Args:
        task: of the model.
        labels: of the model.
        calibration: what the service uses now.
        p: probabilities, [rows, labels].
        targets: index of the label or -1, [rows]; multilabel: 0 or 1, [rows, labels].
        precision: the wanted one: of the thresholds that reach it, the one with the highest recall. None:
            the threshold with the best F1.
    """
    found = []
    for number, label in enumerate(labels):
        if task == "multilabel":
            truth, scores = np.asarray(targets)[:, number] == 1, p[:, number]
            current = (calibration.thresholds or [0.5] * len(labels))[number]
        else:
            truth = np.asarray(targets) == number
            # Below zero: another label is the best guess, so no threshold makes this one the answer.
            scores = np.where(p.argmax(axis=1) == number, p[:, number], -1.0)
            current = calibration.abstain_below
        found.append(
            LabelThreshold(
                label,
                int(truth.sum()),
                at_threshold(current, scores, truth),
                best_threshold(scores, truth, precision),
            )
        )
    return found


def at_threshold(threshold: float, scores: Floats, truth: npt.NDArray[np.bool_]) -> AtThreshold:
    """What the answers with a score of at least ``threshold`` are worth."""
    answered = scores >= threshold
    hits, said, there = int((answered & truth).sum()), int(answered.sum()), int(truth.sum())
    return AtThreshold(
        threshold,
        hits / said if said else None,
        hits / there if there else 0.0,
        2.0 * hits / (said + there) if said + there else 0.0,
    )


def best_threshold(
    scores: Floats, truth: npt.NDArray[np.bool_], precision: float | None = None
) -> AtThreshold | None:
    """The best F1, or of the thresholds that reach ``precision`` the most recall, at the score of a row.

    Args:
        scores: of one label, [rows]; one below 0 is never an answer.
        truth: which rows have the label, [rows].

    Returns:
        None where no row has the label or an answer, or no threshold reaches the precision.
    """
    order = np.argsort(-scores, kind="stable")
    order = order[scores[order] >= 0.0]
    if not len(order) or not truth.any():
        return None
    hits, said = np.cumsum(truth[order]), np.arange(1, len(order) + 1)
    # Answers of equal confidence are given or not together: only the last of each can be a threshold.
    last = np.r_[np.diff(scores[order]) < 0, True]
    if precision is None:
        figure = np.where(last, 2.0 * hits / (said + truth.sum()), -1.0)
        place = int(np.argmax(figure))
    else:
        reaching = np.flatnonzero(last & (hits / said >= precision))
        if not len(reaching):
            return None
        place = int(reaching[-1])
    return at_threshold(float(scores[order[place]]), scores, truth)
