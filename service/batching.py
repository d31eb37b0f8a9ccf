"""Joins the rows of concurrent requests into batches, without a thread of its own.

A request that finds the engine idle runs at once, in its own thread. Requests that arrive meanwhile wait;
when the running one has its answers, the one waiting longest goes on and takes along what waits.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from models.runtime.engines.base import Outputs
from models.text.plain import Encoded
from service.errors import DeadlineError, QueueFullError

RowOutputs = Mapping[str, npt.NDArray[np.float32]]

# Shorter rows than this cost as much as one of this length, so they share a batch.
SHORT = 16


class BadOutputsError(RuntimeError):
    """The engine gave another number of rows than it was asked for, or values that are not finite."""


class _Job:
    """The rows of one request and what became of them; guarded by the batcher's lock."""

    __slots__ = ("error", "left", "results", "rows", "wake")

    def __init__(self, rows: Sequence[Encoded]) -> None:
        self.rows = rows
        self.results: list[RowOutputs] = [{}] * len(rows)
        self.left = len(rows)
        self.error: Exception | None = None
        self.wake = threading.Event()

    @property
    def over(self) -> bool:
        """Every row is answered, or one has failed."""
        return self.left == 0 or self.error is not None


class _Waiting:
    """One row in the queue."""

    __slots__ = ("index", "job", "number")

    def __init__(self, number: int, job: _Job, index: int) -> None:
        self.number = number
        self.job = job
        self.index = index

    @property
    def row(self) -> Encoded:
        """The encoded text."""
        return self.job.rows[self.index]


class Batcher:
    """Runs rows of many threads through one engine, a batch at a time.

    A batch holds rows of like length (the longest has less than twice the tokens of the shortest, or all are
    short), so that one long text does not pad many short ones. The oldest row always goes first.

    Args:
        run: computes the outputs of some rows, one row of each array a row given.
        max_rows: most rows of one batch.
        max_queue: most rows that may wait while the engine runs.
        observe: called with the number of rows of each batch.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Encoded]], Outputs],
        *,
        max_rows: int,
        max_queue: int,
        observe: Callable[[int], None] | None = None,
    ) -> None:
        self._run = run
        self._max_rows = max_rows
        self._max_queue = max_queue
        self._observe = observe
        self._lock = threading.Lock()
        # Invariant under the lock: rows wait only while some thread leads.
        self._led = False
        self._queues: dict[int, deque[_Waiting]] = {}
        self._queued = 0
        self._number = 0

    @property
    def queued(self) -> int:
        """Rows that wait for the engine."""
        return self._queued

    def run(self, rows: Sequence[Encoded], deadline: float) -> Sequence[RowOutputs]:
        """The outputs of each row, in order.

        Args:
            deadline: the ``time.monotonic()`` after which the caller no longer wants them.

        Raises:
            QueueFullError: the engine is busy and the queue has no room for the rows.
            DeadlineError: the deadline passed; rows not yet run have left the queue.
            Exception: what the engine raised for one of the rows alone.
        """
        if not rows:
            return []
        job = _Job(rows)
        with self._lock:
            leads = not self._led
            if not leads and self._queued + len(rows) > self._max_queue:
                raise QueueFullError(
                    f"{self._queued} texts are waiting and {len(rows)} more exceed the limit of "
                    f"{self._max_queue}; try again in a moment"
                )
            self._enqueue(job)
            self._led = True
        if leads or self._waits_until_leading(job, deadline):
            self._lead(job, deadline)
        if job.error is not None:
            raise job.error
        return job.results

    def _waits_until_leading(self, job: _Job, deadline: float) -> bool:
        """Sleeps until the rows are answered (False) or this thread has to go on (True)."""
        if not job.wake.wait(max(0.0, deadline - time.monotonic())):
            with self._lock:
                # The wake-up may have come between the end of the wait and the lock.
                if not job.wake.is_set():
                    self._withdraw(job)
                    raise _too_late()
        return not job.over

    def _lead(self, job: _Job, deadline: float) -> None:
        """Runs batches until the own rows are answered, then lets the next one go on."""
        try:
            while True:
                with self._lock:
                    if job.over:
                        return
                    if time.monotonic() >= deadline:
                        self._withdraw(job)
                        raise _too_late()
                    batch = self._take()
                self._answer(batch)
        finally:
            self._hand_over()

    def _hand_over(self) -> None:
        with self._lock:
            oldest = self._oldest_queue()
            if oldest is None:
                self._led = False
            else:
                oldest[0].job.wake.set()

    def _enqueue(self, job: _Job) -> None:
        for index, row in enumerate(job.rows):
            queue = self._queues.setdefault(length_class(len(row.ids)), deque())
            queue.append(_Waiting(self._number, job, index))
            self._number += 1
        self._queued += len(job.rows)

    def _oldest_queue(self) -> deque[_Waiting] | None:
        return min(filter(None, self._queues.values()), key=lambda queue: queue[0].number, default=None)

    def _take(self) -> list[_Waiting]:
        """Removes the oldest row and those of its length class behind it."""
        queue = self._oldest_queue()
        assert queue is not None, "the leader's own rows wait until they are answered"
        batch = [queue.popleft() for _ in range(min(len(queue), self._max_rows))]
        self._queued -= len(batch)
        return batch

    def _withdraw(self, job: _Job) -> None:
        for key, queue in self._queues.items():
            self._queues[key] = deque(waiting for waiting in queue if waiting.job is not job)
        self._queued = sum(map(len, self._queues.values()))

    def _answer(self, batch: list[_Waiting]) -> None:
        """Computes a batch; where that fails, each row alone, so that only the guilty one fails."""
        outcomes: Sequence[RowOutputs | Exception]
        try:
            outcomes = self._compute([waiting.row for waiting in batch])
        except Exception as error:
            outcomes = [error] if len(batch) == 1 else [self._alone(waiting.row) for waiting in batch]
        except BaseException as error:
            # The leading thread is being ended; those who wait for it must not wait for ever.
            self._deliver(
                batch, [RuntimeError(f"the thread that ran the batch ended: {error!r}")] * len(batch)
            )
            raise
        self._deliver(batch, outcomes)

    def _alone(self, row: Encoded) -> RowOutputs | Exception:
        try:
            return self._compute([row])[0]
        except Exception as error:
            return error

    def _compute(self, rows: Sequence[Encoded]) -> list[RowOutputs]:
        if self._observe:
            self._observe(len(rows))
        outputs = self._run(rows)
        for name, values in outputs.items():
            if len(values) != len(rows):
                raise BadOutputsError(
                    f"the engine answered {len(values)} rows of {name!r} to {len(rows)} texts"
                )
            if not np.isfinite(values).all():
                raise BadOutputsError(f"the engine answered values of {name!r} that are not finite")
        return [{name: values[i] for name, values in outputs.items()} for i in range(len(rows))]

    def _deliver(self, batch: list[_Waiting], outcomes: Sequence[RowOutputs | Exception]) -> None:
        with self._lock:
            for waiting, outcome in zip(batch, outcomes, strict=True):
                job = waiting.job
                if job.error is not None:
                    continue
                if isinstance(outcome, Exception):
                    job.error = outcome
                    self._withdraw(job)
                else:
                    job.results[waiting.index] = outcome
                    job.left -= 1
                if job.over:
                    job.wake.set()


def length_class(length: int) -> int:
    """Rows of one class are batched together: 0 below 16 tokens, then one class a doubling."""
    return max(0, length.bit_length() - SHORT.bit_length() + 1)


def _too_late() -> DeadlineError:
    return DeadlineError("the answer was not ready in time; send fewer texts at once or try again")
