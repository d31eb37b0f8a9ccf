"""Makes confidences mean what they say, and finds the one below which the model should not be trusted.

Both are chosen on dev. Temperature scaling: Guo et al. (2017), On Calibration of Modern Neural Networks, 4.2.
"""

import numpy as np
import numpy.typing as npt

from models.runtime.decoding import probabilities
from models.runtime.manifest import Calibration, Task
from training.config import CalibrationConfig
from training.evaluate import Targets
from training.soft_loss import SoftLoss
from training.thresholds import best_threshold

Logits = npt.NDArray[np.floating]

# Outside of this range the network is so far off that scaling its logits says nothing.
LOWEST, HIGHEST = 0.05, 20.0


def calibrate(task: Task, logits: Logits, targets: Targets, config: CalibrationConfig) -> Calibration:
    """Temperature and thresholds from the dev rows.

    Args:
        logits: [rows, classes].
        targets: index of the label (-1: one training did not have), [rows];
            multilabel: 0 or 1, [rows, classes].
    """
    temperature = fit_temperature(task, logits, targets)
    p = probabilities(task, logits, temperature)
    if task == "multilabel":
        return Calibration(temperature=temperature, thresholds=best_thresholds(p, targets))
    confidence, right = p.max(axis=1), p.argmax(axis=1) == targets
    threshold = abstention_threshold(confidence, right, config)
    answered = confidence >= threshold
    return Calibration(
        temperature=temperature,
        abstain_below=threshold,
        dev_answered=float(answered.mean()),
        dev_accuracy_answered=float(right[answered].mean()) if answered.any() else None,
    )


def fit_temperature(task: Task, logits: Logits, targets: Targets) -> float:
    """The temperature with the least cross-entropy; 1.0 where no row has a known label."""
    from scipy.optimize import minimize_scalar

    loss = SoftLoss(task, targets, logits.shape[1])
    if loss.rows == 0:
        return 1.0

    def at(log_temperature: float) -> float:
        return loss(logits, float(np.exp(log_temperature)))

    found = minimize_scalar(at, bounds=(np.log(LOWEST), np.log(HIGHEST)), method="bounded")
    return float(np.exp(found.x))


def abstention_threshold(
    confidence: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], config: CalibrationConfig
) -> float:
    """The confidence an answer needs.

    With ``target_accuracy``: the lowest one at which the answered rows reach it, or, where none does, the one
    at which they come nearest. Otherwise the one at which ``coverage`` of the rows are answered.
    """
    order = np.argsort(-confidence, kind="stable")
    if config.target_accuracy is None:
        answered = max(1, int(np.ceil(config.coverage * len(order))))
        return 0.0 if answered == len(order) else float(confidence[order[answered - 1]])
    accuracy = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    # Rows of equal confidence are answered or not together: only the last of each counts.
    last = np.r_[np.diff(confidence[order]) < 0, True]
    reaching = np.flatnonzero(last & (accuracy >= config.target_accuracy))
    if len(reaching):
        index = int(reaching[-1])
        return 0.0 if index == len(order) - 1 else float(confidence[order[index]])
    return float(confidence[order[int(np.argmax(np.where(last, accuracy, -1.0)))]])


def best_thresholds(p: npt.NDArray[np.float64], targets: Targets) -> list[float]:
    """For each label the threshold with the best F1; 0.5 for a label without a dev row.

    It stands halfway between the least probable row that is given the label and the next one: texts to come
    are less probable than the dev rows that the weights were chosen by.
    """
    return [_best_threshold(p[:, c], targets[:, c]) for c in range(p.shape[1])]


def _best_threshold(p: npt.NDArray[np.float64], truth: Targets) -> float:
    best = best_threshold(p, np.asarray(truth) == 1)
    if best is None:
        return 0.5
    return float((best.threshold + p[p < best.threshold].max(initial=0.0)) / 2.0)
