"""The numbers of the steps of a run, as its event log gets them."""

from contextlib import suppress
from pathlib import Path

import numpy as np

from tests.training.fits import TRAIN, Killed, KillsAfter, new_fit, run, scramble
from training.batching import Batches
from training.checkpoint import CheckpointStore
from training.event_log import EventLog
from training.history import EpochRecord
from training.progress import PlainReporter


class CountedBatches(Batches):
    """Batches by tokens, which counts how often all rows are shuffled."""

    shuffles = 0

    def _shuffled(self, seed: int, epoch: int) -> list[np.ndarray]:
        self.shuffles += 1
        return super()._shuffled(seed, epoch)


class StepLog(EventLog):
    """Keeps the numbers of the steps and writes nothing."""

    def __init__(self) -> None:
        self.steps: list[int] = []

    def step(self, step: int, loss: float, norm: float) -> None:
        self.steps.append(step)

    def epoch(self, record: EpochRecord) -> None:
        pass


def test_steps_are_counted_on_without_shuffling_earlier_epochs_again(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path / "run")
    drawn = np.full(len(TRAIN.ids), 1 / len(TRAIN.ids))
    batches = CountedBatches(TRAIN.ids, TRAIN.targets, batch_size=8, batch_tokens=24, shares=drawn)
    each = [len(list(batches.epoch(7, epoch))) for epoch in range(1, 7)]
    assert len(set(each)) > 1, "batches by tokens differ in number from epoch to epoch"

    def steps(reporter: PlainReporter, *, resume: bool) -> list[int]:
        fit, log = new_fit(epochs=6), StepLog()
        fit.batches = batches
        batches.shuffles = 0
        with suppress(Killed):
            run(scramble(fit) if resume else fit, store, reporter=reporter, log=log, resume=resume)
        return log.steps

    assert steps(PlainReporter(), resume=False) == list(range(1, sum(each) + 1))
    assert batches.shuffles == 2 * 6, "an epoch's batches, and how much of them is padding"
    steps(KillsAfter(3, 1), resume=False)
    assert steps(PlainReporter(), resume=True) == list(range(sum(each[:2]) + 1, sum(each) + 1))
    assert batches.shuffles == 2 * 4
