"""What a teacher adds to the rows, and whether a network that only hears its teacher answers like it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.runtime.artifact import open_artifact
from models.runtime.predictor import open_predictor
from training.distill import Lessons
from training.fit import EncodedRows

RunCli = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("leave_no_determinism")


def lessons_of(train: list[list[float]], unlabelled: list[list[float]]) -> Lessons:
    ids = tuple(np.array([7 + i], np.int32) for i in range(len(unlabelled)))
    soft = np.array(unlabelled, np.float32).reshape(len(unlabelled), 2)
    return Lessons("t/1", "", np.array(train, np.float32), ids, soft)


def test_targets_are_mixed_by_the_share_and_texts_without_labels_are_all_the_teachers() -> None:
    train = EncodedRows([np.array([2], np.int32), np.array([3], np.int32)], np.array([0, 1], np.int32))
    lessons = lessons_of([[0.6, 0.4], [0.5, 0.5]], [[0.1, 0.9]])
    rows, weights = lessons.add_to(train, np.array([2.0, 3.0], np.float32), share=0.25)
    np.testing.assert_allclose(rows.targets, [[0.9, 0.1], [0.125, 0.875], [0.1, 0.9]], rtol=1e-6)
    assert [ids.tolist() for ids in rows.ids] == [[2], [3], [7]]
    assert weights is not None
    assert weights.tolist() == [2.0, 3.0, 1.0]
    many = EncodedRows(train.ids, np.array([[0, 1], [1, 1]], np.float32))
    rows, weights = lessons.add_to(many, None, share=0.5)
    np.testing.assert_allclose(rows.targets[:2], [[0.3, 0.7], [0.75, 0.75]], rtol=1e-6)
    assert weights is None


def saved(result: Any) -> Path:
    assert result.code == 0, result.err
    return Path(result.out.strip())


def test_a_student_learns_the_answers_of_its_teacher_and_not_the_labels(
    engram: RunCli, config_file: Path
) -> None:
    data = config_file.parent / "rows.csv"
    right = data.read_text()
    turned = right.replace(",yes", ",?").replace(",no", ",yes").replace(",?", ",no")
    data.write_text(turned)
    long = [f"--set=training.{value}" for value in ("epochs=25", "patience=25", "monitor=loss")]
    teacher = saved(engram("train", config_file, *long, "--set", "name=teacher"))
    data.write_text(right)
    (config_file.parent / "more.txt").write_text("".join(f"line {i} was good, really\n" for i in range(9)))
    values = [
        f"training.teacher={teacher}", "training.teacher_share=1.0", "training.teacher_texts=unlabelled",
        "data.unlabelled=more.txt", "model.units=3",
    ]  # fmt: skip
    student = saved(engram("train", config_file, *long, *(f"--set={value}" for value in values)))
    manifest = open_artifact(student).manifest
    assert manifest.training["teacher"] == "teacher/1"
    assert "It also learned from the answers of teacher/1" in (student / "report" / "index.html").read_text()
    # Held against labels that say the opposite, a student that learned its teacher is wrong.
    assert manifest.training["history"]["epochs"][-1]["dev_accuracy"] < 0.1
    assert open_artifact(teacher).manifest.dev.metrics["accuracy"].value > 0.9
    assert open_predictor(teacher).predict(["good, really"])[0].answer.best == 0


def test_a_teacher_of_other_labels_or_without_texts_is_refused(engram: RunCli, config_file: Path) -> None:
    one_epoch = ("--set", "training.epochs=1")
    teacher = saved(engram("train", config_file, *one_epoch))
    data = config_file.parent / "rows.csv"
    data.write_text(data.read_text().replace(",yes", ",maybe"))
    other = engram("train", config_file, *one_epoch, "--set", f"training.teacher={teacher}")
    assert (other.code, "small/1 cannot teach this network" in other.err) == (2, True)
    assert "classification into no, yes, the data is for classification into maybe, no" in other.err
    no_file = engram(
        "train", config_file, "--set", "training.teacher=x", "--set", "training.teacher_texts=unlabelled"
    )
    assert (no_file.code, "needs the file data.unlabelled" in no_file.err) == (2, True)
    missing = engram("train", config_file, "--set", "training.teacher=nobody")
    assert (missing.code, "nobody" in missing.err) == (2, True)
