"""Runs of a network of a few numbers, and a kill in the middle of one."""

from typing import Any

import keras
import numpy as np

from models.networks.build import build_network
from models.networks.spec import NetworkSpec
from training.checkpoint import CheckpointStore
from training.config import TrainingConfig
from training.fit import EncodedRows, Fit
from training.history import History
from training.interrupt import Interrupt
from training.progress import PlainReporter

KNOWN, OTHER = 2, 3


def rows(count: int, seed: int) -> EncodedRows:
    """A text is of class 1 if token 3 stands in it."""
    random = np.random.default_rng(seed)
    ids = [random.integers(4, 9, size=random.integers(1, 9)).astype(np.int32) for _ in range(count)]
    targets = np.arange(count, dtype=np.int32) % 2
    for row, target in zip(ids, targets, strict=True):
        row[random.integers(len(row))] = OTHER if target else KNOWN
    return EncodedRows(ids, targets)


TRAIN, DEV = rows(40, 1), rows(20, 2)


def network(seed: int = 5) -> keras.Model:
    spec = NetworkSpec(9, 2, embedding_size=4, cell="simple_rnn", units=4, bidirectional=False)
    return build_network(spec, seed)


def new_fit(**values: Any) -> Fit:
    config = TrainingConfig(**({"epochs": 4, "batch_size": 8, "learning_rate": 0.02, "patience": 9} | values))
    return Fit(network(), "classification", config, TRAIN, DEV, seed=7)


def everything(fit: Fit) -> list[keras.Variable]:
    return [*fit.model.variables, *fit.updates.variables]


def scramble(fit: Fit) -> Fit:
    """What a new process must not rely on: every variable gets a value that no run leaves there."""
    for variable in everything(fit):
        variable.assign(np.ones_like(np.asarray(variable.value)))
    return fit


def run(fit: Fit, store: CheckpointStore, **options: Any) -> History:
    options = {"reporter": PlainReporter(), "interrupt": Interrupt(), "resume": False} | options
    return fit.run(store, **options)


class Killed(Exception):
    """Stands for a kill at any place of an epoch."""


class KillsAfter(PlainReporter):
    def __init__(self, epoch: int, steps: int) -> None:
        super().__init__()
        self.epoch, self.steps = epoch, steps

    def step(self, tokens: int, loss: float) -> None:
        self.steps -= self._epoch == self.epoch
        if self.steps < 0:
            raise Killed
