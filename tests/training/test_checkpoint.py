import errno
from pathlib import Path

import numpy as np
import pytest

from models.errors import TrainingError
from training.checkpoint import CheckpointStore, RunState
from training.history import EpochRecord


def record(epoch: int) -> EpochRecord:
    return EpochRecord(epoch, 0.5, 0.4, 0.8, 0.8, 1.0, 100.0, 0.05)


def state(epochs: int, best: int) -> RunState:
    return RunState(tuple(record(e + 1) for e in range(epochs)), best, 0.8, epochs - best, False)


def test_state_and_arrays_come_back_as_they_were_saved(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path / "run")
    arrays = [np.arange(3, dtype=np.float32), np.array(7, dtype=np.int64)]
    store.save(state(1, 1), arrays, [np.ones(2, dtype=np.float32)])
    loaded = store.load()
    assert loaded is not None
    assert loaded[0] == state(1, 1)
    assert [a.dtype for a in loaded[1]] == [np.float32, np.int64]
    np.testing.assert_array_equal(loaded[1][0], arrays[0])
    np.testing.assert_array_equal(loaded[2][0], [1.0, 1.0])


def test_best_weights_survive_a_worse_epoch(tmp_path: Path) -> None:
    """keras-team/keras#17012: a restart must not forget the best score, the patience or the best weights."""
    store = CheckpointStore(tmp_path)
    store.save(state(1, 1), [np.zeros(1)], [np.full(1, 5.0)])
    store.save(state(2, 1), [np.ones(1)], None)
    loaded = store.load()
    assert loaded is not None
    assert (loaded[0].best_epoch, loaded[0].best_score, loaded[0].wait) == (1, 0.8, 1)
    assert (loaded[1][0][0], loaded[2][0][0]) == (1.0, 5.0)


def test_a_kill_before_the_state_is_replaced_leaves_the_old_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = CheckpointStore(tmp_path)
    store.save(state(1, 1), [np.zeros(1)], [np.zeros(1)])
    monkeypatch.setattr("training.checkpoint.json.dumps", lambda *_args, **_kw: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store.save(state(2, 2), [np.ones(1)], [np.ones(1)])
    loaded = store.load()
    assert loaded is not None
    assert len(loaded[0].epochs) == 1
    assert loaded[1][0][0] == 0.0


def test_only_the_files_of_the_last_state_stay(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path)
    for epoch in (1, 2, 3):
        store.save(state(epoch, epoch), [np.zeros(1)], [np.zeros(1)])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["best-3.npz", "current-3.npz", "state.json"]


def test_nothing_saved_loads_as_none(tmp_path: Path) -> None:
    assert CheckpointStore(tmp_path / "none").load() is None


@pytest.mark.parametrize("name", ["state.json", "current-1.npz", "best-1.npz"])
def test_a_damaged_checkpoint_is_one_sentence(tmp_path: Path, name: str) -> None:
    store = CheckpointStore(tmp_path)
    store.save(state(1, 1), [np.zeros(100)], [np.zeros(100)])
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(TrainingError, match=r"is damaged .* train without --resume"):
        store.load()


def test_a_full_disk_is_one_sentence_and_the_state_before_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    store = CheckpointStore(tmp_path)
    store.save(state(1, 1), [np.zeros(1)], [np.full(1, 5.0)])
    monkeypatch.setattr("training.checkpoint.np.savez", full)
    with pytest.raises(TrainingError, match=r"cannot be written to .*: No space left on device\."):
        store.save(state(2, 2), [np.ones(1)], [np.ones(1)])
    loaded = store.load()
    assert loaded is not None
    assert (len(loaded[0].epochs), loaded[2][0][0]) == (1, 5.0)


def test_clearing_forgets_an_old_run(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path / "run")
    store.save(state(1, 1), [np.zeros(1)], [np.zeros(1)])
    store.clear()
    assert store.load() is None
