"""Whether confidences mean what they say. Guo et al. (2017), On Calibration of Modern Neural Networks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.runtime.decoding import probabilities
from models.runtime.manifest import Task
from training.bootstrap import ECE_BINS

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers with a confidence from ``low`` to ``high``; the means are ``None`` where there is no answer."""

    low: float
    high: float
    count: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """Accuracy by confidence at one temperature.

    ``ece`` is the expected calibration error: the mean distance of accuracy and confidence over the bins,
    weighted by their counts.
    """

    temperature: float
    bins: tuple[Bin, ...]
    ece: float


def reliability(
    task: Task, logits: npt.NDArray[np.floating], targets: npt.NDArray[np.integer], temperature: float
) -> Reliability:
    """Bins of the best guess of every row; multilabel: of every pair of row and label.

    Args:
        logits: [rows, classes].
        targets: index of the label or -1, [rows]; multilabel: 0 or 1, [rows, classes].
    """
    p = probabilities(task, logits, temperature)
    if task == "multilabel":
        return _binned(temperature, p.ravel(), targets.ravel() == 1)
    return _binned(temperature, p.max(axis=1), p.argmax(axis=1) == targets)


def _binned(temperature: float, confidence: Floats, right: npt.NDArray[np.bool_]) -> Reliability:
    place = np.minimum((confidence * ECE_BINS).astype(np.int64), ECE_BINS - 1)
    bins = tuple(_bin(i, confidence[place == i], right[place == i]) for i in range(ECE_BINS))
    gaps = [one.count * abs(one.accuracy - one.confidence) for one in bins if one.count]  # type: ignore[operator]
    return Reliability(temperature, bins, float(sum(gaps) / len(confidence)))


def _bin(index: int, confidence: Floats, right: npt.NDArray[np.bool_]) -> Bin:
    low, high = index / ECE_BINS, (index + 1) / ECE_BINS
    if len(confidence) == 0:
        return Bin(low, high, 0, None, None)
    return Bin(low, high, len(confidence), float(confidence.mean()), float(right.mean()))
