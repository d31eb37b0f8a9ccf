"""What a smallest confidence, or a smallest probability of a label, would cost and gain."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.runtime.decoding import probabilities
from models.runtime.manifest import Calibration
from training.evaluate import Targets
from training.report.material import JudgedRows

THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
LABEL_THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answered:
    """Rows with at least some confidence: their share, and the share of them answered rightly, if any."""

    share: float
    precision: float | None


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """One smallest confidence: what is answered, by part of the data. ``chosen``: it is the model's own."""

    threshold: float
    parts: dict[str, Answered]
    chosen: bool


@dataclass(frozen=True, slots=True)
class LabelThresholdRow:
    """One smallest probability for every label. ``empty`` is the share of rows that get no label at all."""

    threshold: float
    precision: float | None
    recall: float | None
    labels: float
    empty: float


def threshold_rows(calibration: Calibration, parts: list[JudgedRows]) -> list[ThresholdRow]:
    """Classification: fixed thresholds and the model's own, ascending."""
    own = calibration.abstain_below
    found = {part.split: _sure_and_right(part, calibration.temperature) for part in parts}
    return [
        ThresholdRow(limit, {name: _answered(*pair, limit) for name, pair in found.items()}, limit == own)
        for limit in sorted({*THRESHOLDS, own})
    ]


def label_threshold_rows(p: Floats, targets: Targets) -> list[LabelThresholdRow]:
    """Multilabel: the same threshold for every label, ascending.

    Args:
        p: probabilities, [rows, labels].
        targets: 0 or 1, [rows, labels].
    """
    truth, rows = targets == 1, []
    for limit in LABEL_THRESHOLDS:
        answered = p >= limit
        hits = int((answered & truth).sum())
        rows.append(
            LabelThresholdRow(
                limit,
                hits / int(answered.sum()) if answered.any() else None,
                hits / int(truth.sum()) if truth.any() else None,
                float(answered.sum(axis=1).mean()),
                float((~answered.any(axis=1)).mean()),
            )
        )
    return rows


def _sure_and_right(part: JudgedRows, temperature: float) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """The confidence of each row, -1 for one without a token, which is never answered; and what is right."""
    p = probabilities("classification", part.logits, temperature)
    return np.where(part.lengths > 0, p.max(axis=1), -1.0), p.argmax(axis=1) == part.targets


def _answered(confidence: Floats, right: npt.NDArray[np.bool_], limit: float) -> Answered:
    answered = confidence >= limit
    precision = float(right[answered].mean()) if answered.any() else None
    return Answered(float(answered.mean()), precision)
