"""The epochs of a run: learn, judge on dev, keep the best, stop when patience is over, go on after a kill."""

import math
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from models.errors import TrainingError
from models.runtime.decoding import probabilities
from models.runtime.manifest import Task
from training.average import WeightAverage
from training.batching import Batch, Batches, run_in_batches
from training.bootstrap import macro_f1_of
from training.checkpoint import Arrays, CheckpointStore, RunState
from training.config import TrainingConfig
from training.evaluate import Targets
from training.event_log import EventLog
from training.f1 import macro_f1
from training.history import EpochRecord, History, Stop
from training.interrupt import Interrupt
from training.prefetch import prefetched
from training.progress import Reporter
from training.step import NetworkSteps
from training.tally import Divergence, Observe, Tally
from training.updates import Updates
from training.word_dropout import hide_words

EVALUATION_BATCH = 128


@dataclass(frozen=True, slots=True)
class EncodedRows:
    """Rows as the network reads them.

    ``targets``: classification: index of the label or -1 (a label training did not have), int32 [rows];
    multilabel: 0 or 1, float32 [rows, classes]. A teacher's are probabilities [rows, classes] in both.
    """

    ids: Sequence[npt.NDArray[np.int32]]
    targets: Targets


class Fit:
    """One run of training on one network."""

    def __init__(
        self,
        model: keras.Model,
        task: Task,
        config: TrainingConfig,
        train: EncodedRows,
        dev: EncodedRows,
        *,
        seed: int,
        weights: npt.NDArray[np.float32] | None = None,
        shares: npt.NDArray[np.float64] | None = None,
        cases: Collection[int] = (),
    ) -> None:
        """Prepares a run.

        Args:
            weights: of the training rows, [rows].
            shares: how often each training row is drawn, [rows]; None reads every row once an epoch.
            cases: the ids that tell how the next word is capitalised; ``word_dropout`` leaves them.
            seed: of the order of the batches; the network has its own.
        """
        self.model, self.task, self.config, self.dev, self.seed = model, task, config, dev, seed
        self._cases = cases
        self.batches = Batches(
            train.ids,
            train.targets,
            batch_size=config.batch_size,
            batch_tokens=config.batch_tokens,
            weights=weights,
            shares=shares,
        )
        self.updates = Updates(config, model, self.batches.steps(seed, config.epochs))
        self.average = WeightAverage(model, config.average) if config.average else None
        self.steps = self._network_steps(soft=train.targets.ndim == 2)

    def _network_steps(self, *, soft: bool) -> NetworkSteps:
        config = self.config
        return NetworkSteps(
            self.model,
            self.updates,
            self.task,
            smoothing=config.label_smoothing,
            focusing=config.focusing if config.loss == "focal" else 0.0,
            soft=soft,
            average=self.average,
        )

    def run(
        self,
        store: CheckpointStore,
        reporter: Reporter,
        interrupt: Interrupt,
        *,
        resume: bool,
        log: EventLog | None = None,
    ) -> History:
        """Trains until the epochs or the patience are used up, or the person asks to stop.

        Afterwards the model has the weights of the best epoch.

        Args:
            store: keeps the state after every epoch.
            reporter: told how it goes on.
            interrupt: whether the person has asked to stop.
            resume: go on from what the store holds.
            log: of the steps and the epochs.

        Raises:
            TrainingError: the loss is not a number, or a checkpoint cannot be written; the best weights so
                far stay in the checkpoint.
            KeyboardInterrupt: the person asks to stop before there is anything to keep.
        """
        state, best = self._start(store, reporter, resume)
        stopped: Stop | None = None
        with reporter:
            while not state.finished and not interrupt:
                record = self._epoch(len(state.epochs) + 1, store, state, reporter, interrupt, log)
                if log:
                    log.epoch(record)
                improved = _is_best(record, state)
                reporter.end(record, self.config.monitor, best=improved)
                state = self._next(state, record, improved)
                if improved:
                    with self._judged_weights():
                        best = _arrays(self.model.variables)
                # Half an epoch is no place to resume from; the checkpoint stays at the last whole one.
                if not interrupt:
                    store.save(state, _arrays(self._state()), best if improved else None)
        if interrupt:
            if not state.epochs:
                raise KeyboardInterrupt
            stopped = "interrupted"
            reporter.say(
                f"interrupted: going on with the best weights so far, those of epoch {state.best_epoch}"
            )
        elif len(state.epochs) < self.config.epochs:
            stopped = "patience"
        _assign(self.model.variables, best)
        return History(state.epochs, state.best_epoch, stopped or "epochs")

    def logits(self, rows: EncodedRows) -> npt.NDArray[np.float32]:
        """Raw outputs [rows, classes] of the network as it is now."""
        return run_in_batches(self.steps.logits, rows.ids, batch_size=EVALUATION_BATCH)

    def _start(self, store: CheckpointStore, reporter: Reporter, resume: bool) -> tuple[RunState, Arrays]:
        fresh = RunState(epochs=(), best_epoch=0, best_score=-math.inf, wait=0, finished=False)
        if not resume:
            store.clear()
            return fresh, []
        saved = store.load()
        if saved is None:
            reporter.say(
                "nothing to resume: no checkpoint of this config and data; starting from the beginning"
            )
            store.clear()
            return fresh, []
        state, current, best = saved
        _assign(self._state(), current)
        reporter.say(f"resuming after epoch {len(state.epochs)} (best so far: epoch {state.best_epoch})")
        return state, best

    def _next(self, state: RunState, record: EpochRecord, improved: bool) -> RunState:
        # An epoch that is better by its loss alone is kept, but costs patience like any other.
        wait = 0 if _is_better(record, state) else state.wait + 1
        done = len(state.epochs) + 1 >= self.config.epochs or wait >= self.config.patience
        return RunState(
            epochs=(*state.epochs, record),
            best_epoch=record.epoch if improved else state.best_epoch,
            best_score=max(record.score, state.best_score),
            wait=wait,
            finished=done,
        )

    def _epoch(
        self,
        epoch: int,
        store: CheckpointStore,
        state: RunState,
        reporter: Reporter,
        interrupt: Interrupt,
        log: EventLog | None,
    ) -> EpochRecord:
        padding_share = self.batches.padding_share(self.seed, epoch)
        reporter.start(epoch, self.config.epochs, self.batches.tokens, padding_share)
        tally = Tally(self._observer(log) if log else None)
        begin = time.perf_counter()
        with closing(prefetched(self._batches(epoch))) as batches:
            for batch in batches:
                wrong = tally.add(batch, self.steps.train(batch))
                if wrong:
                    raise TrainingError(self._diverged(wrong, epoch, store, state))
                reporter.step(int(batch.lengths.sum()), tally.loss)
                if interrupt:
                    break
        wrong = tally.fetch()
        seconds = time.perf_counter() - begin
        with self._judged_weights():
            dev_loss, accuracy, score = self._judge()
        if not wrong and not math.isfinite(dev_loss):  # the last step did it: its loss is that of before it
            wrong = Divergence(tally.steps, f"loss became {dev_loss:g}")
        if wrong:
            raise TrainingError(self._diverged(wrong, epoch, store, state))
        return EpochRecord(
            epoch=epoch,
            train_loss=tally.loss,
            dev_loss=dev_loss,
            dev_accuracy=accuracy,
            score=score,
            seconds=seconds,
            tokens_per_second=tally.tokens / seconds,
            padding_share=padding_share,
        )

    def _observer(self, log: EventLog) -> Observe:
        before = int(self.updates.steps.value)  # those of earlier epochs, also where the run is resumed
        return lambda step, loss, norm: log.step(before + step, loss, norm)

    def _batches(self, epoch: int) -> Iterator[Batch]:
        batches = self.batches.epoch(self.seed, epoch)
        share = self.config.word_dropout
        return hide_words(batches, share, self.seed, epoch, self._cases) if share else batches

    def _judged_weights(self) -> AbstractContextManager[None]:
        """In this block the model has the weights that are judged and kept: the average if there is one."""
        return self.average.in_place() if self.average else nullcontext()

    def _judge(self) -> tuple[float, float, float]:
        """Dev loss, accuracy and the monitored score (higher is better); the loss is NaN if an output is."""
        logits, targets = self.logits(self.dev), self.dev.targets
        if not np.isfinite(logits).all():
            return math.nan, 0.0, -math.inf
        p = probabilities(self.task, logits, 1.0)
        if self.task == "multilabel":
            truth = targets == 1
            loss = float(-np.log(np.where(truth, p, 1.0 - p) + 1e-12).mean())
            right = ((p >= 0.5) == truth).all(axis=1)
            answered = p >= 0.5
            score = float(macro_f1((answered & truth).sum(axis=0), answered.sum(axis=0), truth.sum(axis=0)))
        else:
            index = np.asarray(targets, dtype=np.int64)
            known = index >= 0
            loss = float(-np.log(p[known, index[known]] + 1e-12).mean()) if known.any() else math.inf
            right = p.argmax(axis=1) == index
            score = float(macro_f1_of(p.argmax(axis=1), index, p.shape[1])(np.ones((1, len(index))))[0])
        accuracy = float(right.mean())
        return loss, accuracy, {"accuracy": accuracy, "macro_f1": score, "loss": -loss}[self.config.monitor]

    def _diverged(self, wrong: Divergence, epoch: int, store: CheckpointStore, state: RunState) -> str:
        kept = (
            f"The weights of epoch {state.best_epoch} are kept in {store.folder}."
            if state.best_epoch
            else "No epoch was finished, so no weights are kept."
        )
        return (
            f"The {wrong.what} in epoch {epoch}, step {wrong.step} "
            f"(learning_rate = {self.config.learning_rate:g}, clip_norm = {self.config.clip_norm}"
            f"{wrong.details}); "
            f"set a lower learning_rate or a clip_norm. {kept}"
        )

    def _state(self) -> list[keras.Variable]:
        """All that a run changes and a resumed one needs."""
        average = self.average.variables if self.average else []
        return [*self.model.variables, *self.updates.variables, *average]


def _is_better(record: EpochRecord, state: RunState) -> bool:
    # The first epoch always counts: there must be weights to go back to.
    return not state.epochs or record.score > state.best_score


def _is_best(record: EpochRecord, state: RunState) -> bool:
    """Whether an epoch's weights are kept: of epochs that score alike, those with the least loss on dev."""
    if _is_better(record, state):
        return True
    best = state.epochs[state.best_epoch - 1]
    return record.score == state.best_score and record.dev_loss < best.dev_loss


def _arrays(variables: Sequence[keras.Variable]) -> Arrays:
    return [np.asarray(variable.value) for variable in variables]


def _assign(variables: Sequence[keras.Variable], arrays: Arrays) -> None:
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def make_reproducible(seed: int) -> None:
    """Same seed, same run: seeds every generator and has TensorFlow use deterministic kernels only."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
