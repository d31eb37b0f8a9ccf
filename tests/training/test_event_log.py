"""The events of a run, read back the way TensorBoard reads them."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from models.networks.build import build_network
from models.networks.spec import NetworkSpec
from models.runtime.artifact import open_artifact
from training import event_log
from training.event_log import EventLog
from training.history import EpochRecord

RunCli = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("leave_no_determinism")

RECORD = EpochRecord(1, 0.5, 0.6, 0.7, 0.7, 2.0, 1000.0, 0.1)
MODEL = build_network(NetworkSpec(4, 2, embedding_size=3, cell="simple_rnn", units=2), seed=1)


def events(folder: Path) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for path in sorted(folder.glob("events.out.*")):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                found[value.tag].append((event.step, float(tf.make_ndarray(value.tensor))))
    return found


def test_a_run_leaves_its_curves_norms_and_words(engram: RunCli, config_file: Path) -> None:
    result = engram("train", config_file)
    assert result.code == 0, result.err
    artifact = open_artifact(Path(result.out.strip()))
    (run,) = (config_file.parent / "artifacts" / ".tensorboard").iterdir()
    found = events(run)
    epochs = artifact.manifest.training["history"]["epochs"]
    assert [value for _, value in found["epoch/dev_loss"]] == pytest.approx([e["dev_loss"] for e in epochs])
    assert [step for step, _ in found["epoch/train_loss"]] == [1, 2, 3][: len(epochs)]
    # 40 training rows in batches of 8; what is left at the end of an epoch is written then.
    assert [step for step, _ in found["step/gradient_norm"]] == [5 * e["epoch"] for e in epochs]
    assert all(value > 0 for _, value in found["step/gradient_norm"])
    losses = [value for _, value in found["step/loss"]]
    assert losses == pytest.approx([e["train_loss"] for e in epochs], rel=1e-5)
    words = (run / "words.txt").read_text().splitlines()
    assert tuple(words) == artifact.vocabulary.tokens[2:]
    table = np.loadtxt(run / "words.tsv", delimiter="\t")
    assert table.shape == (len(words), 6)
    assert 'tensor_path: "words.tsv"' in (run / "projector_config.pbtxt").read_text()


def test_they_can_be_switched_off(engram: RunCli, config_file: Path) -> None:
    result = engram("train", config_file, "--set", "training.epochs=1", "--set", "output.events=false")
    assert result.code == 0, result.err
    assert not (config_file.parent / "artifacts" / ".tensorboard").exists()


def test_a_run_that_is_resumed_adds_to_its_events_and_a_new_one_begins_anew(tmp_path: Path) -> None:
    for resume, epochs in ((False, [1]), (True, [1, 2]), (False, [3])):
        log = EventLog(tmp_path / "run", resume=resume)
        log.epoch(replace(RECORD, epoch=epochs[-1]))
        log.finish(MODEL, ["", "?", "a", "b"])
        assert sorted(step for step, _ in events(tmp_path / "run")["epoch/dev_loss"]) == epochs


def test_many_steps_are_written_as_few_means(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "run", resume=False)
    for step in range(1, 41):
        log.step(step, float(step), 1.0)
    log.epoch(RECORD)
    log.finish(MODEL, ["", "?", "a", "b"])
    assert events(tmp_path / "run")["step/loss"] == [(16, 8.5), (32, 24.5), (40, 36.5)]


def test_a_folder_that_cannot_be_written_costs_only_the_events(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    log = EventLog(tmp_path / "file" / "run", resume=True)
    log.step(1, 0.5, 1.0)
    log.epoch(RECORD)
    log.finish(MODEL, ["", "?", "a", "b"])
    assert (tmp_path / "file").read_text() == ""


def test_the_oldest_runs_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "_RUNS_KEPT", 2)
    for number in range(4):
        log = EventLog(tmp_path / str(number), resume=False)
        log.epoch(RECORD)
        log.finish(MODEL, ["", "?", "a", "b"])
    assert len(list(tmp_path.iterdir())) == 2
    assert (tmp_path / "3").exists()
