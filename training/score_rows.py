"""A saved model on labelled rows: what ``evaluate`` does, with the very predictor the service uses."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.counted import counted
from models.errors import DataError, InputError
from models.runtime.kind import kind_of
from models.runtime.manifest import TAGGING, Evaluation, Manifest
from models.runtime.predictor import Predictor
from training.data.records import column_names
from training.data.roles import count_learned, read_roles
from training.data.rows import Layout, Rows, read_rows
from training.data.targets import missed_labels, targets
from training.evaluate import evaluate, right_rows


def labelled_rows(manifest: Manifest, data: Path, text_column: str | None, label_column: str | None) -> Rows:
    """Rows of ``data``, read as the model's own training data was unless columns are named.

    Raises:
        DataError: the file cannot be used, or none of its labels is one of the model's.
        InputError: the model gives tags, not labels of whole texts.
    """
    if manifest.task in TAGGING:
        raise InputError(
            f"{manifest.name!r} is {kind_of(manifest.task)}, but labels of whole texts are asked for; "
            "evaluate judges it on tagged tokens."
        )
    saved: dict[str, Any] = manifest.config["data"]
    layout = Layout(
        manifest.task,
        text_column or saved["text_column"],
        label_column or saved["label_column"],
        saved["label_names"],
        saved["separator"],
        saved["slice_column"] if saved["slice_column"] in column_names(data) else None,
    )
    reading = read_rows(data, layout)
    for reason, count in reading.skipped.items():
        print(f"skipped: {counted(count, 'row')} ({reason})", file=sys.stderr)
    _check_labels(manifest, data, reading.rows)
    return reading.rows


def learned_rows(predictor: Predictor, texts: Sequence[str]) -> int | None:
    """How many of the texts the model has learned, and a note; None where it does not tell."""
    roles = read_roles(predictor.artifact.path)
    if roles is None:
        return None
    if learned := count_learned(roles, texts):
        print(
            f"note: {predictor.manifest.name} has learned {learned:,} of these {counted(len(texts), 'row')}; "
            "figures on such rows do not tell how it answers new ones",
            file=sys.stderr,
        )
    return learned


def judge_rows(predictor: Predictor, rows: Rows) -> Evaluation:
    """Metrics of the model on the rows."""
    manifest = predictor.manifest
    return evaluate(
        manifest.task,
        manifest.labels,
        answered_probabilities(predictor, rows),
        targets(rows, manifest.labels, manifest.task),
        slices=rows.slices,
        thresholds=manifest.calibration.thresholds,
        missed=missed_labels(rows, manifest.labels),
        seed=manifest.config["seed"],
    )


def right_answers(predictor: Predictor, rows: Rows) -> npt.NDArray[np.bool_]:
    """Which rows the model answers rightly (multilabel: with exactly the right labels), [rows]."""
    manifest = predictor.manifest
    return right_rows(
        manifest.task,
        answered_probabilities(predictor, rows),
        targets(rows, manifest.labels, manifest.task),
        manifest.calibration.thresholds,
        missed_labels(rows, manifest.labels),
    )


def answered_probabilities(predictor: Predictor, rows: Rows) -> npt.NDArray[np.float64]:
    """What the model answers, [rows, labels]."""
    return np.stack([prediction.answer.probabilities for prediction in predictor.predict(rows.texts)])


def _check_labels(manifest: Manifest, data: Path, rows: Rows) -> None:
    counts = Counter(label for names in rows.labels for label in names)
    unknown = {label: count for label, count in sorted(counts.items()) if label not in manifest.labels}
    if counts and len(unknown) == len(counts):
        raise DataError(
            f"No label of {data} is one of {manifest.name}'s: the file has {', '.join(list(unknown)[:20])}; "
            f"the model has {', '.join(manifest.labels[:20])}."
        )
    for label, count in unknown.items():
        sentence = f"{manifest.name} has no label {label!r}; its rows ({count}) count as wrong"
        print(f"note: {sentence}", file=sys.stderr)
