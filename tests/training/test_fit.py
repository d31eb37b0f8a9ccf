"""The training loop on a network of a few numbers."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import TrainingError
from tests.training.fits import (
    DEV,
    Killed,
    KillsAfter,
    everything,
    new_fit,
    run,
    scramble,
)
from training.batching import Batch
from training.checkpoint import CheckpointStore
from training.fit import EncodedRows, Fit
from training.history import EpochRecord, History
from training.interrupt import Interrupt
from training.progress import PlainReporter
from training.step import StepFigures

MakeFit = Callable[..., Fit]


@pytest.fixture(scope="module")
def shared_fit() -> tuple[Fit, list[np.ndarray]]:
    """Tracing a network's graphs takes most of a test's time; its variables are all that a run changes."""
    fit = new_fit()
    return fit, [np.asarray(variable.value).copy() for variable in everything(fit)]


@pytest.fixture
def make_fit(shared_fit: tuple[Fit, list[np.ndarray]], monkeypatch: pytest.MonkeyPatch) -> MakeFit:
    """A run as new, with other ``epochs``, ``patience`` or ``monitor``; ends the run before it."""
    fit, fresh = shared_fit

    def make(**values: Any) -> Fit:
        monkeypatch.undo()
        monkeypatch.setattr(fit, "config", fit.config.model_copy(update=values))
        for variable, value in zip(everything(fit), fresh, strict=True):
            variable.assign(value)
        return fit

    return make


@pytest.fixture
def store(tmp_path: Path) -> CheckpointStore:
    return CheckpointStore(tmp_path / "run")


def weights(fit: Fit) -> list[np.ndarray]:
    return [np.asarray(variable.value).copy() for variable in fit.model.trainable_variables]


def with_scores(monkeypatch: pytest.MonkeyPatch, fit: Fit, scores: list[float]) -> list[list[np.ndarray]]:
    """Has the epochs judged with ``scores``; returns the weights each judgement saw."""
    remaining: Iterator[float] = iter(scores)
    seen: list[list[np.ndarray]] = []

    def judge() -> tuple[float, float, float]:
        seen.append(weights(fit))
        score = next(remaining)
        return 1.0 - score, score, score

    monkeypatch.setattr(fit, "_judge", judge)
    return seen


def assert_same(first: list[np.ndarray], second: list[np.ndarray]) -> None:
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def test_it_learns(make_fit: MakeFit, store: CheckpointStore) -> None:
    history = run(make_fit(epochs=12, patience=12), store)
    assert history.epochs[-1].train_loss < 0.6 * history.epochs[0].train_loss
    assert history.epochs[history.best_epoch - 1].dev_accuracy >= 0.95


def test_patience_ends_a_run_with_the_weights_of_the_best_epoch(
    monkeypatch: pytest.MonkeyPatch, make_fit: MakeFit, store: CheckpointStore
) -> None:
    fit = make_fit(epochs=9, patience=2)
    seen = with_scores(monkeypatch, fit, [0.5, 0.9, 0.7, 0.9, 1.0])
    history = run(fit, store)
    assert (history.stopped, history.best_epoch, len(history.epochs)) == ("patience", 2, 4)
    assert_same(weights(fit), seen[1])


def test_the_last_epoch_ends_a_run(
    monkeypatch: pytest.MonkeyPatch, make_fit: MakeFit, store: CheckpointStore
) -> None:
    fit = make_fit(epochs=3)
    seen = with_scores(monkeypatch, fit, [0.5, 0.6, 0.7])
    history = run(fit, store)
    assert (history.stopped, history.best_epoch) == ("epochs", 3)
    assert_same(weights(fit), seen[2])


def test_a_better_epoch_after_a_worse_one_renews_the_patience(
    monkeypatch: pytest.MonkeyPatch, make_fit: MakeFit, store: CheckpointStore
) -> None:
    fit = make_fit(epochs=9, patience=2)
    with_scores(monkeypatch, fit, [0.5, 0.4, 0.6, 0.5, 0.5])
    assert len(run(fit, store).epochs) == 5


def test_of_epochs_that_score_alike_the_one_with_the_least_loss_is_kept(
    monkeypatch: pytest.MonkeyPatch, make_fit: MakeFit, store: CheckpointStore
) -> None:
    fit = make_fit(epochs=9, patience=3)
    judged = iter([(0.5, 0.9, 0.9), (0.1, 0.9, 0.9), (0.2, 0.9, 0.9), (0.01, 0.8, 0.8), (0.1, 1.0, 1.0)])
    monkeypatch.setattr(fit, "_judge", lambda: next(judged))
    history = run(fit, store)
    assert (history.stopped, history.best_epoch, len(history.epochs)) == ("patience", 2, 4)


def test_the_monitored_loss_is_best_where_it_is_least(make_fit: MakeFit, store: CheckpointStore) -> None:
    history = run(make_fit(monitor="loss"), store)
    losses = [epoch.dev_loss for epoch in history.epochs]
    assert history.best_epoch == 1 + int(np.argmin(losses))


def facts(history: History) -> list[tuple[float, ...]]:
    return [(e.train_loss, e.dev_loss, e.dev_accuracy, e.score) for e in history.epochs]


def test_a_resumed_run_ends_as_if_nothing_had_happened(
    make_fit: MakeFit, store: CheckpointStore, tmp_path: Path
) -> None:
    """keras-team/keras#17012: best score, patience, optimizer, dropout and the order of rows all go on."""
    fit = make_fit()
    expected, at_the_end = run(fit, CheckpointStore(tmp_path / "whole")), weights(fit)
    for epoch, steps in ((2, 0), (3, 3), (4, 4)):
        with pytest.raises(Killed):
            run(make_fit(), store, reporter=KillsAfter(epoch, steps))
        history = run(scramble(make_fit()), store, resume=True)
        assert facts(history) == facts(expected)
        assert (history.best_epoch, history.stopped) == (expected.best_epoch, expected.stopped)
        assert_same(weights(fit), at_the_end)


def test_a_kill_in_the_first_epoch_resumes_from_the_beginning(
    make_fit: MakeFit, store: CheckpointStore, tmp_path: Path
) -> None:
    expected = run(make_fit(), CheckpointStore(tmp_path / "whole"))
    with pytest.raises(Killed):
        run(make_fit(), store, reporter=KillsAfter(1, 2))
    assert facts(run(make_fit(), store, resume=True)) == facts(expected)


def test_patience_goes_on_counting_after_a_resume(
    monkeypatch: pytest.MonkeyPatch, make_fit: MakeFit, store: CheckpointStore
) -> None:
    """keras-team/keras#17012: a worse epoch after the restart must not overwrite the best."""
    first = make_fit(epochs=9, patience=2)
    seen = with_scores(monkeypatch, first, [0.9, 0.5])
    with pytest.raises(Killed):
        run(first, store, reporter=KillsAfter(3, 0))
    second = scramble(make_fit(epochs=9, patience=2))
    with_scores(monkeypatch, second, [0.8])
    history = run(second, store, resume=True)
    assert (history.best_epoch, len(history.epochs), history.stopped) == (1, 3, "patience")
    assert_same(weights(second), seen[0])


def test_nothing_to_resume_is_said_and_a_run_begins(
    make_fit: MakeFit, store: CheckpointStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(run(make_fit(epochs=1), store, resume=True).epochs) == 1
    assert "nothing to resume" in capsys.readouterr().err


def test_without_resume_an_old_checkpoint_is_not_used(make_fit: MakeFit, store: CheckpointStore) -> None:
    run(make_fit(epochs=2), store)
    assert len(run(make_fit(epochs=1), store).epochs) == 1


def test_a_loss_that_is_no_number_ends_the_run_and_the_last_good_weights_stay(
    monkeypatch: pytest.MonkeyPatch, make_fit: MakeFit, store: CheckpointStore
) -> None:
    fit = make_fit()
    good: list[np.ndarray] = []
    train, calls = fit.steps.train, iter(range(1, 100))

    def diverges(batch: Batch) -> StepFigures:
        if next(calls) > 7:  # five steps an epoch
            return StepFigures(math.nan, 12.5)
        return train(batch)

    class Notes(PlainReporter):
        def end(self, record: EpochRecord, monitor: str, *, best: bool) -> None:
            good.extend(weights(fit))

    monkeypatch.setattr(fit.steps, "train", diverges)
    with pytest.raises(TrainingError) as caught:
        run(fit, store, reporter=Notes())
    message = str(caught.value)
    for part in (
        "nan in epoch 2, step 3",
        "gradient norm 12.5, batch of 8 rows of at most",
        "learning_rate = 0.02",
        "clip_norm = 1.0",
        "epoch 1",
        str(store.folder),
    ):
        assert part in message, part
    loaded = store.load()
    assert loaded is not None
    assert len(loaded[0].epochs) == 1
    kept = [array for array in loaded[2] if array.dtype == np.float32]
    assert_same(kept, good)


def test_weights_that_the_last_step_of_an_epoch_broke_are_not_kept(
    monkeypatch: pytest.MonkeyPatch, make_fit: MakeFit, store: CheckpointStore
) -> None:
    """The loss of a step is that from before it, so the last step of an epoch looks well."""
    fit = make_fit()
    train, calls = fit.steps.train, iter(range(1, 100))

    def breaks_the_weights(batch: Batch) -> StepFigures:
        figures = train(batch)
        if next(calls) == 5:
            fit.model.trainable_variables[-1].assign([math.nan, 0.0])
        return figures

    monkeypatch.setattr(fit.steps, "train", breaks_the_weights)
    with pytest.raises(TrainingError, match=r"nan in epoch 1, step 5 .* no weights are kept"):
        run(fit, store)
    assert store.load() is None


def test_a_checkpoint_folder_that_cannot_be_made_is_found_before_the_first_epoch(
    make_fit: MakeFit, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TrainingError, match="cannot be written to"):
        run(make_fit(), CheckpointStore(tmp_path / "file" / "run"), reporter=KillsAfter(1, 0))


class StopsAfter(PlainReporter):
    def __init__(self, interrupt: Interrupt, epoch: int, steps: int) -> None:
        super().__init__()
        self.interrupt, self.epoch, self.steps = interrupt, epoch, steps

    def step(self, tokens: int, loss: float) -> None:
        self.steps -= self._epoch == self.epoch
        self.interrupt.requested = self.steps <= 0


def test_an_interrupt_ends_the_epoch_at_once_and_the_best_so_far_is_used(
    monkeypatch: pytest.MonkeyPatch, make_fit: MakeFit, store: CheckpointStore
) -> None:
    fit, interrupt = make_fit(), Interrupt()
    seen = with_scores(monkeypatch, fit, [0.9, 0.5])
    history = run(fit, store, interrupt=interrupt, reporter=StopsAfter(interrupt, 2, 2))
    assert (history.stopped, history.best_epoch, len(history.epochs)) == ("interrupted", 1, 2)
    assert_same(weights(fit), seen[0])
    loaded = store.load()
    assert loaded is not None
    assert len(loaded[0].epochs) == 1, "half an epoch is no place to resume from"


def test_an_interrupted_run_can_be_resumed(make_fit: MakeFit, store: CheckpointStore, tmp_path: Path) -> None:
    fit = make_fit()
    expected, at_the_end = run(fit, CheckpointStore(tmp_path / "whole")), weights(fit)
    interrupt = Interrupt()
    run(make_fit(), store, interrupt=interrupt, reporter=StopsAfter(interrupt, 3, 1))
    assert facts(run(scramble(make_fit()), store, resume=True)) == facts(expected)
    assert_same(weights(fit), at_the_end)


def test_an_interrupt_before_the_first_step_leaves_nothing_to_keep(
    make_fit: MakeFit, store: CheckpointStore
) -> None:
    interrupt = Interrupt()
    interrupt.requested = True
    with pytest.raises(KeyboardInterrupt):
        run(make_fit(), store, interrupt=interrupt)


def test_logits_are_in_the_order_of_the_rows(make_fit: MakeFit) -> None:
    fit = make_fit()
    together = fit.logits(DEV)
    alone = [fit.logits(EncodedRows([ids], np.zeros(1, np.int32)))[0] for ids in DEV.ids]
    np.testing.assert_allclose(together, np.stack(alone), atol=1e-6)
    assert np.ptp(together, axis=0).min() > 1e-3


def test_a_run_with_all_that_regularises_resumes_as_if_nothing_had_happened(tmp_path: Path) -> None:
    """Average, hidden words, schedule and the moments of the word vectors all go on after a kill."""
    values = {
        "epochs": 3,
        "average": 0.9,
        "word_dropout": 0.2,
        "label_smoothing": 0.1,
        "optimizer": "adamw",
        "embedding_decay": 0.1,
        "schedule": "cosine",
        "warmup": 0.3,
    }
    fit = new_fit(**values)
    fresh = [np.asarray(variable.value).copy() for variable in fit._state()]
    expected = run(fit, CheckpointStore(tmp_path / "whole"))
    at_the_end = weights(fit)

    def again() -> Fit:
        for variable, value in zip(fit._state(), fresh, strict=True):
            variable.assign(value)
        return fit

    store = CheckpointStore(tmp_path / "run")
    with pytest.raises(Killed):
        run(again(), store, reporter=KillsAfter(2, 3))
    for variable in fit._state():
        variable.assign(np.ones_like(np.asarray(variable.value)))
    assert facts(run(fit, store, resume=True)) == facts(expected)
    assert_same(weights(fit), at_the_end)


def test_the_average_is_what_is_judged_and_kept(
    monkeypatch: pytest.MonkeyPatch, store: CheckpointStore
) -> None:
    fit = new_fit(epochs=2, average=0.99)
    assert fit.average is not None
    seen = with_scores(monkeypatch, fit, [0.5, 0.4])
    run(fit, store)
    assert_same(weights(fit), seen[0])
    last_average = [np.asarray(variable.value) for variable in fit.average.variables[:-1]]
    assert_same(seen[1], last_average)
    loaded = store.load()
    assert loaded is not None
    assert_same([array for array in loaded[2] if array.dtype == np.float32], seen[0])


@pytest.mark.parametrize("values", [{"word_dropout": 0.5}, {"label_smoothing": 0.3}, {"average": 0.9}])
def test_what_regularises_changes_what_is_learned(values: dict[str, Any], store: CheckpointStore) -> None:
    plain, other = new_fit(epochs=1), new_fit(epochs=1, **values)
    run(plain, store)
    run(other, store)
    assert any(not np.array_equal(a, b) for a, b in zip(weights(plain), weights(other), strict=True))
