"""Judging a saved model on a file, with a made-up model whose answers are known."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.errors import DataError
from models.runtime.artifact import open_artifact
from models.runtime.manifest import Manifest
from training.score_rows import judge_rows, labelled_rows


class Answers:
    """Answers each text with the probabilities that stand in it."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest

    def predict(self, texts: Sequence[str]) -> list[Any]:
        rows = [np.array([float(part) for part in text.split()]) for text in texts]
        return [SimpleNamespace(answer=SimpleNamespace(probabilities=row)) for row in rows]


@pytest.fixture
def manifest(tiny_artifact: Path) -> Manifest:
    return open_artifact(tiny_artifact).manifest


@pytest.fixture
def multilabel(manifest: Manifest) -> Manifest:
    data = manifest.config["data"] | {"separator": "|", "slice_column": None, "label_column": "labels"}
    calibration = manifest.calibration.model_copy(update={"thresholds": [0.5, 0.2]})
    changed = {"task": "multilabel", "config": manifest.config | {"data": data}, "calibration": calibration}
    return manifest.model_copy(update=changed)


def write(folder: Path, *lines: str) -> Path:
    path = folder / "rows.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def judge(manifest: Manifest, path: Path) -> Any:
    return judge_rows(Answers(manifest), labelled_rows(manifest, path, None, None))  # type: ignore[arg-type]


def test_rows_are_read_as_the_training_data_was(manifest: Manifest, tmp_path: Path) -> None:
    path = write(
        tmp_path, "text,label,kind", "0.9 0.1,negative,short", "0.8 0.2,positive,long", "1 0,negative,long"
    )
    found = judge(manifest, path)
    assert found.n == 3
    assert found.metrics["accuracy"].value == pytest.approx(2 / 3)
    assert found.slices == {"short": {"accuracy": 1.0, "n": 1.0}, "long": {"accuracy": 0.5, "n": 2.0}}


def test_a_file_without_the_slice_column_is_judged_whole(manifest: Manifest, tmp_path: Path) -> None:
    found = judge(manifest, write(tmp_path, "text,label", "0.9 0.1,negative", "0.8 0.2,positive"))
    assert (found.n, found.slices) == (2, {})


def test_a_label_the_model_lacks_is_named_and_counts_as_wrong(
    manifest: Manifest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ("text,label", "0.9 0.1,negative", "0.9 0.1,neutral", "0.1 0.9,neutral", ",negative")
    found = judge(manifest, write(tmp_path, *lines))
    assert found.metrics["accuracy"].value == pytest.approx(1 / 3)
    said = capsys.readouterr().err
    assert "tiny has no label 'neutral'; its rows (2) count as wrong" in said
    assert "skipped: 1 row (no text)" in said


def test_a_file_of_which_no_label_is_known_is_refused(manifest: Manifest, tmp_path: Path) -> None:
    path = write(tmp_path, "text,label", "1 0,good", "0 1,bad")
    with pytest.raises(DataError, match="the file has bad, good; the model has negative, positive"):
        judge(manifest, path)


def test_each_label_of_a_multilabel_model_has_its_own_threshold(multilabel: Manifest, tmp_path: Path) -> None:
    path = write(tmp_path, "text,labels", "0.4 0.3,positive", "0.6 0.1,negative", "0.6 0.3,positive|negative")
    assert judge(multilabel, path).metrics["accuracy"].value == 1.0
    half = replace_thresholds(multilabel, [0.5, 0.5])
    assert judge(half, path).metrics["accuracy"].value == pytest.approx(1 / 3)


def replace_thresholds(manifest: Manifest, thresholds: list[float]) -> Manifest:
    calibration = manifest.calibration.model_copy(update={"thresholds": thresholds})
    return manifest.model_copy(update={"calibration": calibration})


def test_a_multilabel_row_with_a_label_the_model_lacks_is_wrong(multilabel: Manifest, tmp_path: Path) -> None:
    """Even where all labels that the model has are answered rightly."""
    path = write(tmp_path, "text,labels", "0.9 0.0,negative", "0.9 0.0,negative|neutral", "0.1 0.0,neutral")
    found = judge(multilabel, path)
    assert found.metrics["accuracy"].value == pytest.approx(1 / 3)
    assert found.metrics["micro_f1"].value == pytest.approx(2 * 2 / (2 + 4)), "two hits, two said, four there"
