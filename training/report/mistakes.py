"""The rows a person should read first: wrong, and sure of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.runtime.decoding import LabelScore, probabilities
from models.runtime.manifest import Calibration
from training.report.material import JudgedRows

SHOWN = 15
EXCERPT = 300


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong answer; ``row`` is its number. ``label`` is ``None`` where training did not have the row's."""

    row: int
    excerpt: str
    label: str | None
    answer: str
    confidence: float


@dataclass(frozen=True, slots=True)
class LabelMistake:
    """A row of a multilabel task with labels that were not answered, or should not have been.

    ``row`` is its number; the confidences are the probabilities that the network gave these labels.
    """

    row: int
    excerpt: str
    missed: tuple[LabelScore, ...]
    invented: tuple[LabelScore, ...]


def worst_mistakes(
    labels: Sequence[str],
    p: npt.NDArray[np.float64],
    judged: JudgedRows,
    limit: int = SHOWN,
    but: Collection[int] = (),
) -> list[Mistake]:
    """The wrong answers with the most confidence, most first.

    Args:
        p: calibrated probabilities, [rows, labels].
        but: numbers of rows that are left out.
    """
    guesses, confidence = p.argmax(axis=1), p.max(axis=1)
    wrong = np.flatnonzero(guesses != judged.targets)
    ordered = wrong[np.argsort(-confidence[wrong], kind="stable")].tolist()
    order = [row for row in ordered if judged.number(row) not in but][:limit]
    answers, targets = guesses.tolist(), judged.targets.tolist()
    return [
        Mistake(
            row=judged.number(row),
            excerpt=excerpt(judged.texts[row]),
            label=labels[targets[row]] if targets[row] >= 0 else None,
            answer=labels[answers[row]],
            confidence=float(confidence[row]),
        )
        for row in order
    ]


def worst_label_mistakes(
    labels: Sequence[str], calibration: Calibration, judged: JudgedRows, limit: int = SHOWN
) -> list[LabelMistake]:
    """Rows with a wrong set of labels; first those where the network was surest of a wrong decision."""
    p = probabilities("multilabel", judged.logits, calibration.temperature)
    truth = judged.targets == 1
    answered = p >= np.asarray(calibration.thresholds or [0.5] * len(labels))
    wrong = truth != answered
    sureness = np.where(wrong, np.where(answered, p, 1.0 - p), 0.0).max(axis=1)
    rows = np.flatnonzero(wrong.any(axis=1))
    order = rows[np.argsort(-sureness[rows], kind="stable")][:limit].tolist()
    return [
        LabelMistake(
            row=judged.number(row),
            excerpt=excerpt(judged.texts[row]),
            missed=_scores(labels, p[row], truth[row] & wrong[row]),
            invented=_scores(labels, p[row], answered[row] & wrong[row]),
        )
        for row in order
    ]


def excerpt(text: str) -> str:
    """The beginning of a text on one line, at most ``EXCERPT`` characters and a mark that it goes on."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[:EXCERPT].rstrip() + " …"


def _scores(
    labels: Sequence[str], p: npt.NDArray[np.float64], chosen: npt.NDArray[np.bool_]
) -> tuple[LabelScore, ...]:
    return tuple(LabelScore(labels[c], float(p[c])) for c in np.flatnonzero(chosen).tolist())
