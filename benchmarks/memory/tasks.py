"""Three tasks that nothing but a memory can solve."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Rows = tuple[Floats, npt.NDArray[Any]]
SYMBOLS = 8
BLANK, GO = SYMBOLS, SYMBOLS + 1
COPIED = 10
# Training steps come in chunks, and are the full number on rows up to this length.
CHUNK, FULL_LENGTH = 100, 100


@dataclass(frozen=True, slots=True)
class MemoryTask:
    """A task at any length.

    Attributes:
        draw: (generator, rows, length) -> inputs float32 [rows, time, features] and targets
            [rows, answers], a number each or the index of a symbol.
        answers: the answer is read at this many last steps.
        outputs: numbers that an answer is read from.
        symbols: whether an answer is a symbol (accuracy, cross-entropy) or a number (mean squared error).
        guess: the score of an answer that remembers nothing.
        goal: the score from which on the task counts as solved.
        steps: of training, for every cell, on rows of at most 100 time steps.
    """

    draw: Callable[[np.random.Generator, int, int], Rows]
    answers: int
    outputs: int
    symbols: bool
    guess: float
    goal: float
    steps: int

    def steps_at(self, length: int) -> int:
        """Steps of training on rows of this length: of longer rows fewer, so that no more is read of them."""
        return min(self.steps, self.steps * FULL_LENGTH // length // CHUNK * CHUNK)

    def solved_by(self, score: float | None) -> bool:
        """Whether a score is past the goal; None, no number, is not."""
        return score is not None and (score > self.goal if self.symbols else score < self.goal)


def adding(random: np.random.Generator, rows: int, length: int) -> Rows:
    """The sum of the two marked numbers, one marked in each half of the row.

    Guessing 1 always gives a mean squared error of 1/6.

    Reference: Hochreiter and Schmidhuber, Long short-term memory, 1997, section 5.4; as in Le et al., 2015,
    section 4.1.
    """
    values = random.random((rows, length), dtype=np.float32)
    marks = np.zeros((rows, length), np.float32)
    marks[np.arange(rows), random.integers(0, length // 2, rows)] = 1.0
    marks[np.arange(rows), random.integers(length // 2, length, rows)] = 1.0
    return np.stack([values, marks], axis=-1), (values * marks).sum(axis=1, keepdims=True)


def copy(random: np.random.Generator, rows: int, length: int) -> Rows:
    """Ten symbols, then ``length`` blanks; then the ten again, the first of them at a sign.

    Reference: Arjovsky, Shah and Bengio, Unitary evolution recurrent neural networks, 2016, section 4.1.
    """
    symbols = random.integers(0, SYMBOLS, (rows, COPIED))
    shown = np.full((rows, length + 2 * COPIED), BLANK)
    shown[:, :COPIED] = symbols
    shown[:, -COPIED] = GO
    return np.eye(SYMBOLS + 2, dtype=np.float32)[shown], symbols


def recall(random: np.random.Generator, rows: int, length: int) -> Rows:
    """The first symbol of the row, asked for by a sign at its end, with others between."""
    shown = random.integers(SYMBOLS, SYMBOLS + 4, (rows, length)) + (GO + 1 - SYMBOLS)
    shown[:, 0] = random.integers(0, SYMBOLS, rows)
    shown[:, -1] = GO
    return np.eye(SYMBOLS + 6, dtype=np.float32)[shown], shown[:, :1].copy()


TASKS: Mapping[str, MemoryTask] = MappingProxyType(
    {
        "adding": MemoryTask(adding, 1, 1, False, 1 / 6, 0.01, 12_000),
        "copy": MemoryTask(copy, COPIED, SYMBOLS, True, 1 / SYMBOLS, 0.99, 8_000),
        "recall": MemoryTask(recall, 1, SYMBOLS, True, 1 / SYMBOLS, 0.99, 4_000),
    }
)
