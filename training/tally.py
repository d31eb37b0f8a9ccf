"""The losses of an epoch, fetched from the device every few steps: a fetch waits until the step is done."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from training.batching import Batch
from training.step import StepFigures

FETCH_EVERY = 16

Observe = Callable[[int, float, float], None]
"""(step of the epoch, mean loss of its batch, length of its gradient)."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first step whose loss or gradient was not a number.

    ``what`` says which became what; ``details`` tells of the gradient and the batch where they are known.
    """

    step: int
    what: str
    details: str = ""


class Tally:
    """Sums the losses of an epoch's rows."""

    def __init__(self, observe: Observe | None = None) -> None:
        """Starts at nothing.

        Args:
            observe: told of every step that went well, when it is fetched.
        """
        self.tokens = 0
        self._observe = observe
        self._steps = self._rows = 0
        self._total = 0.0
        self._pending: list[tuple[int, Batch, StepFigures]] = []

    @property
    def steps(self) -> int:
        """Steps added."""
        return self._steps

    @property
    def loss(self) -> float:
        """Mean over the rows fetched so far; 0 before the first."""
        return self._total / self._rows if self._rows else 0.0

    def add(self, batch: Batch, figures: StepFigures) -> Divergence | None:
        """Counts a step; says so if one of those fetched now went wrong."""
        self._steps += 1
        self.tokens += int(batch.lengths.sum())
        self._pending.append((self._steps, batch, figures))
        return self.fetch() if self._steps == 1 or len(self._pending) >= FETCH_EVERY else None

    def fetch(self) -> Divergence | None:
        """Waits for all steps added."""
        pending, self._pending = self._pending, []
        for step, batch, figures in pending:
            loss, norm = float(figures.loss), float(figures.norm)
            if not (math.isfinite(loss) and math.isfinite(norm)):
                what = f"gradient's norm became {norm:g}" if math.isfinite(loss) else f"loss became {loss:g}"
                size = f"batch of {len(batch.rows)} rows of at most {batch.lengths.max()} tokens"
                return Divergence(step, what, f", gradient norm {norm:g}, {size}")
            if self._observe:
                self._observe(step, loss, norm)
            self._total += loss * len(batch.rows)
            self._rows += len(batch.rows)
        return None
