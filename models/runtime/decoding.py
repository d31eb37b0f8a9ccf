"""From raw outputs to an answer: temperature, threshold, margin. NumPy only, the same for every engine."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import Calibration, Task

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class LabelScore:
    """A label with the probability the model gives it."""

    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network says of one text.

    Attributes:
        probabilities: one a label, in the order of the manifest's labels.
        best_first: the indices of the labels, the most probable one first.
        confidence: probability of the most probable label.
        margin: its distance to the second most probable label (1.0 where there is one label only).
        abstained: the confidence is below the threshold chosen on dev, or the text had no token.
        labels: multilabel only: every label at or above its threshold, most probable first.
    """

    probabilities: list[float]
    best_first: list[int]
    confidence: float
    margin: float
    abstained: bool
    labels: tuple[LabelScore, ...] = ()

    @property
    def best(self) -> int:
        """Index of the most probable label."""
        return self.best_first[0]


def softmax(logits: Floats) -> npt.NDArray[np.float64]:
    """Softmax over the last axis, in float64."""
    shifted = np.asarray(logits, dtype=np.float64)
    shifted = shifted - shifted.max(axis=-1, keepdims=True)
    exponential = np.exp(shifted)
    return np.asarray(exponential / exponential.sum(axis=-1, keepdims=True))


def sigmoid(logits: Floats) -> npt.NDArray[np.float64]:
    """Logistic function, in float64, without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(logits, dtype=np.float64))))


def probabilities(task: Task, logits: Floats, temperature: float) -> npt.NDArray[np.float64]:
    """Calibrated probabilities of ``logits`` [..., classes]."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    return sigmoid(scaled) if task == "multilabel" else softmax(scaled)


def decode(
    task: Task, labels: Sequence[str], calibration: Calibration, logits: Floats, tokens: Sequence[int]
) -> list[Answer]:
    """The answers for rows of ``logits`` [rows, classes]; ``tokens``: how many tokens each text had."""
    p = probabilities(task, logits, calibration.temperature)
    order = np.argsort(-p, axis=-1, kind="stable")
    # Lists: one number of an array costs as much to read as a whole row.
    return [
        _answer(task, labels, calibration, row, best_first, count)
        for row, best_first, count in zip(p.tolist(), order.tolist(), tokens, strict=True)
    ]


def _answer(
    task: Task,
    labels: Sequence[str],
    calibration: Calibration,
    p: list[float],
    best_first: list[int],
    tokens: int,
) -> Answer:
    best = best_first[0]
    confidence = p[best]
    margin = confidence - p[best_first[1]] if len(p) > 1 else 1.0
    if task == "multilabel":
        thresholds = calibration.thresholds or [0.5] * len(labels)
        chosen = tuple(LabelScore(labels[i], p[i]) for i in best_first if p[i] >= thresholds[i])
        return Answer(p, best_first, confidence, margin, tokens == 0, chosen)
    abstained = tokens == 0 or confidence < calibration.abstain_below
    return Answer(p, best_first, confidence, margin, abstained)
