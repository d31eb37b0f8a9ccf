"""From raw outputs to an answer: temperature, threshold, margin. NumPy only, the same for every engine."""

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
        best: index of the most probable label.
        confidence: its probability.
        margin: its distance to the second most probable label (1.0 where there is one label only).
        abstained: the confidence is below the threshold chosen on dev, or the text had no token.
        labels: multilabel only: every label at or above its threshold, most probable first.
    """

    probabilities: npt.NDArray[np.float64]
    best: int
    confidence: float
    margin: float
    abstained: bool
    labels: tuple[LabelScore, ...] = ()


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


def decode(task: Task, labels: list[str], calibration: Calibration, logits: Floats, *, tokens: int) -> Answer:
    """The answer for one row of ``logits`` [classes]; ``tokens`` is the number of tokens the text had."""
    p = probabilities(task, logits, calibration.temperature)
    order = np.argsort(-p, kind="stable")
    best = int(order[0])
    confidence = float(p[best])
    margin = confidence - float(p[order[1]]) if len(labels) > 1 else 1.0
    if task == "multilabel":
        thresholds = calibration.thresholds or [0.5] * len(labels)
        chosen = tuple(LabelScore(labels[i], float(p[i])) for i in order if p[i] >= thresholds[i])
        return Answer(p, best, confidence, margin, tokens == 0, chosen)
    abstained = tokens == 0 or confidence < calibration.abstain_below
    return Answer(p, best, confidence, margin, abstained)
