"""Puts the recurrent and the wide side of a network together, with scales fitted on dev."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from models.networks.wide.blend import wide_side
from models.runtime.decoding import probabilities
from models.runtime.manifest import Calibration, Task
from training.batching import run_in_batches
from training.calibrate import calibrate
from training.config import CalibrationConfig
from training.evaluate import Targets, right_rows
from training.fit import EVALUATION_BATCH
from training.ngrams import Texts
from training.soft_loss import SoftLoss
from training.step import NetworkSteps
from training.wide import WideSide

Logits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Blend:
    """A network of two sides.

    Attributes:
        model: both sides in one.
        scales: of the logits of the recurrent and of the wide side, whose sum is the network's.
        share: of the wide side in the network's logits on dev, from 0 to 1.
        logits: [rows, classes] by "recurrent", "linear" or "blend", then by part of the data.
        calibrations: of the same three, each as if it were alone.
    """

    model: keras.Model
    scales: tuple[float, float]
    share: float
    logits: Mapping[str, dict[str, Logits]]
    calibrations: Mapping[str, Calibration]


def blend_sides(
    task: Task,
    network: keras.Model,
    side: WideSide,
    ids: Mapping[str, Texts],
    recurrent: dict[str, Logits],
    dev: Targets,
    config: CalibrationConfig,
) -> Blend:
    """Puts a fitted wide side into a trained network.

    Args:
        task: what the outputs that both sides give mean.
        network: trained, with a wide side that has no weights yet (``models.networks.wide.blend``).
        ids: token ids of the parts of the data.
        recurrent: the logits of its recurrent side for the same parts, ``dev`` among them.
        dev: the targets of ``dev``.
        config: how each side is calibrated for itself.
    """
    wide, blend = network.get_layer("wide"), network.get_layer("blend")
    wide.table.assign(side.ngrams.table(side.weights))
    wide.checks.assign(side.ngrams.checks())
    wide.bias.assign(side.bias)
    steps = NetworkSteps(wide_side(network), None, task)
    linear = {
        name: run_in_batches(steps.logits, ids[name], batch_size=EVALUATION_BATCH) for name in recurrent
    }
    a, b = fit_scales(task, recurrent["dev"], linear["dev"], dev)
    blend.scales.assign([a, b])
    both = {name: (a * recurrent[name] + b * linear[name]).astype(np.float32) for name in recurrent}
    share = wide_share(a * recurrent["dev"], b * linear["dev"])
    logits = {"recurrent": recurrent, "linear": linear, "blend": both}
    calibrations = {side: calibrate(task, found["dev"], dev, config) for side, found in logits.items()}
    return Blend(network, (a, b), share, logits, calibrations)


def fit_scales(task: Task, recurrent: Logits, linear: Logits, targets: Targets) -> tuple[float, float]:
    """The scales a, b >= 0 with the least cross-entropy of a r + b w.

    Args:
        recurrent: logits r, [rows, classes].
        linear: logits w, [rows, classes].
        targets: index of the label or -1, [rows]; multilabel: 0 or 1, [rows, classes].

    Returns:
        a and b; one half each where no row has a known label.
    """
    from scipy.optimize import minimize

    r, w = recurrent.astype(np.float64), linear.astype(np.float64)
    loss = SoftLoss(task, targets, r.shape[1])

    def at(scales: npt.NDArray[np.float64]) -> float:
        return loss(scales[0] * r + scales[1] * w)

    found = minimize(at, np.array([0.5, 0.5]), method="L-BFGS-B", bounds=[(0.0, None)] * 2)
    return float(found.x[0]), float(found.x[1])


def wide_share(recurrent: npt.NDArray[np.floating], linear: npt.NDArray[np.floating]) -> float:
    """How much of the deviation between labels comes from the wide side, from 0 to 1.

    Args:
        recurrent: its scaled logits, [rows, classes].
        linear: those of the wide side.
    """
    ours, theirs = (float(np.std(each - each.mean(axis=0))) for each in (linear, recurrent))
    return ours / (ours + theirs) if ours + theirs > 0 else 0.0


def blend_facts(
    task: Task,
    side: WideSide,
    blend: Blend,
    targets: Mapping[str, Targets],
    missed: Mapping[str, npt.NDArray[np.int32]],
) -> dict[str, Any]:
    """What the manifest tells of the two sides.

    Args:
        task: what an answer is right by.
        side: the wide one.
        targets: of the parts that were judged.
        missed: labels of each row of these that the network cannot answer.
    """
    accuracy: dict[str, dict[str, float]] = {}
    for name, logits in blend.logits.items():
        fitted = blend.calibrations[name]
        for part, values in logits.items():
            p = probabilities(task, values, fitted.temperature)
            right = right_rows(task, p, targets[part], fitted.thresholds, missed.get(part))
            accuracy.setdefault(part, {})[name] = float(right.mean())
    a, b = blend.scales
    scales = {"scales": {"recurrent": a, "linear": b}, "linear_share": blend.share}
    return side.facts() | scales | {"accuracy": accuracy}
