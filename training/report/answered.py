"""What one answer a text, or several labels, look like on the page: confusions, confidence and texts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from models.runtime.decoding import probabilities
from models.runtime.manifest import Manifest, Task
from training.report import plots
from training.report.abstention_plot import coverage_plot
from training.report.cells import confusion_cells, label_cells
from training.report.confusion import MOST_IN_TABLE, Confusion, most_confused, row_shares
from training.report.label_errors import MOST, likely_label_errors
from training.report.limits import abstention
from training.report.material import JudgedRows
from training.report.mistakes import worst_label_mistakes, worst_mistakes
from training.report.reliability import reliability
from training.report.threshold_table import label_threshold_rows, threshold_rows
from training.review import Conflict, Pair


def confidence_parts(manifest: Manifest, judged: JudgedRows, dev: JudgedRows | None) -> dict[str, Any]:
    """Reliability before and after the temperature, and what thresholds do."""
    task, own = _task(manifest), manifest.calibration
    before = reliability(task, judged.logits, judged.targets, 1.0)
    after = reliability(task, judged.logits, judged.targets, own.temperature)
    parts = [judged] if dev is None else [dev, judged]
    return {
        "abstention": abstention(manifest),
        "uncalibrated": before,
        "calibrated": after,
        "calibration_plots": [
            plots.reliability_plot(before, "Before (temperature 1)"),
            plots.reliability_plot(after, f"After (temperature {after.temperature:.2f})"),
        ],
        "thresholds": label_threshold_rows(_probabilities(manifest, judged), judged.targets)
        if task == "multilabel"
        else threshold_rows(own, parts),
        "coverage_plots": [coverage_plot(manifest.abstention, own.abstain_below)]
        if manifest.abstention
        else [],
    }


def confusion_parts(labels: Sequence[str], counts: Confusion) -> dict[str, Any]:
    """Up to ``MOST_IN_TABLE`` labels the whole table, else the worst pairs and a compact map."""
    found: dict[str, Any] = {"confusion": [], "shares": [], "confused": [], "confusion_map": None}
    if counts and len(labels) <= MOST_IN_TABLE:
        return found | {"confusion": counts, "shares": row_shares(counts).tolist()}
    if counts:
        pairs = most_confused(labels, counts)
        return found | {"confused": pairs, "confusion_map": plots.confusion_plot(counts)}
    return found


def text_parts(
    manifest: Manifest,
    judged: JudgedRows,
    baseline: npt.NDArray[np.float64] | None,
    conflicts: Sequence[Conflict],
    pairs: Sequence[Pair] | None = None,
) -> dict[str, Any]:
    """Every list of texts; none of the mistakes stands among the label errors too."""
    labels, p = manifest.labels, _probabilities(manifest, judged)
    found = conflict_parts(conflicts, pairs)
    if manifest.task == "multilabel":
        thresholds = np.asarray(manifest.calibration.thresholds or [0.5] * len(labels))
        return found | {
            "unknown_labels": 0,
            "cells": label_cells(labels, judged, p, thresholds),
            "mistakes": worst_label_mistakes(labels, manifest.calibration, judged),
        }
    doubts = likely_label_errors(labels, judged, p, baseline)
    shown = doubts[:MOST]
    return found | {
        "unknown_labels": int((judged.targets < 0).sum()),
        "cells": confusion_cells(labels, judged, p),
        "doubts": shown,
        "doubts_found": len(doubts),
        "doubters": "the network" if baseline is None else "network and baseline",
        "mistakes": worst_mistakes(labels, p, judged, but={doubt.row for doubt in shown}),
    }


def conflict_parts(conflicts: Sequence[Conflict], pairs: Sequence[Pair] | None = None) -> dict[str, Any]:
    """Texts with several labels, and nearly equal ones where they were looked for; no doubts and mistakes."""
    return {
        "pairs": None if pairs is None else pairs[:MOST],
        "pairs_found": len(pairs or ()),
        "conflicts": conflicts[:MOST],
        "conflicts_found": len(conflicts),
        "doubts": None,
        "mistakes": None,
    }


def _task(manifest: Manifest) -> Task:
    """A joint model answers one intent a text, as a classifier answers one label."""
    return "multilabel" if manifest.task == "multilabel" else "classification"


def _probabilities(manifest: Manifest, judged: JudgedRows) -> npt.NDArray[np.float64]:
    return probabilities(_task(manifest), judged.logits, manifest.calibration.temperature)
