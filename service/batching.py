"""Joins the rows of concurrent requests into batches, without a thread of its own.

A request that finds the engine idle runs at once, in its own thread. Requests that arrive meanwhile wait;
when the running one has its answers, the one waiting longest goes on and takes along what waits.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

from models.runtime.engines.base import Outputs
from models.text.plain import Encoded
from service.errors import DeadlineError, QueueFullError

RowOutputs = Mapping[str, npt.NDArray[np.float32]]

# What a time step costs beside what one row adds to it: a batch of n rows and t steps takes about
# t * (STEP_COST + n). Measured on a bidirectional LSTM of 64 units.
STEP_COST = 16


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

    __slots__ = ("index", "job")

    def __init__(self, job: _Job, index: int) -> None:
        self.job = job
        self.index = index

    @property
    def row(self) -> Encoded:
        """The encoded text."""
        return self.job.rows[self.index]


class Batcher:
    """Runs rows of many threads through one engine, a batch at a time.

    The oldest row always goes first. The rows behind it go with it, but for those that are cheaper in a batch
    of their own: one long text does not pad many short ones.

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
        self._queue: deque[_Waiting] = deque()

    @property
    def queued(self) -> int:
        """Rows that wait for the engine."""
        return len(self._queue)

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
            if not leads and len(self._queue) + len(rows) > self._max_queue:
                raise QueueFullError(
                    f"{len(self._queue)} texts are waiting and {len(rows)} more exceed the limit of "
                    f"{self._max_queue}; try again in a moment"
                )
            self._queue.extend(_Waiting(job, index) for index in range(len(rows)))
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
                if not job.wake.is_set() and not job.over:
                    self._withdraw(job)
                    raise _too_late()
        return not job.over

    def _lead(self, job: _Job, deadline: float) -> None:
        """Runs batches until the own rows are answered, then lets the next one go on."""
        handed_over = False
        try:
            while not handed_over:
                self._let_others_in()
                with self._lock:
                    if time.monotonic() >= deadline:
                        self._withdraw(job)
                        raise _too_late()
                    batch = self._take()
                outcomes = self._outcomes(batch)
                with self._lock:
                    finished = self._deliver(batch, outcomes)
                    if job.over:
                        # First of all: the engine shall not idle while the finished ones write replies.
                        handed_over = True
                        self._hand_over()
                for other in finished:
                    other.wake.set()
        finally:
            if not handed_over:
                with self._lock:
                    self._hand_over()

    def _let_others_in(self) -> None:
        """Lets threads that are about to queue rows do so: no waiting, only giving way while that helps.

        Alone in the process, it costs a microsecond. Under load, the first request after a batch would
        otherwise run alone while those that came with it are still being read.
        """
        queued = -1
        while queued < len(self._queue) < self._max_rows:
            queued = len(self._queue)
            time.sleep(0)

    def _hand_over(self) -> None:
        """With the lock held: wakes the one waiting longest to go on."""
        if self._queue:
            self._queue[0].job.wake.set()
        else:
            self._led = False

    def _take(self) -> list[_Waiting]:
        """Removes the oldest row and those that go with it. The leader's own rows wait, so there is one."""
        oldest = list(islice(self._queue, self._max_rows))
        lengths = [len(waiting.row.ids) for waiting in oldest]
        chosen = next(group for group in split_by_cost(lengths) if 0 in group)
        if len(chosen) == len(oldest):
            for _ in oldest:
                self._queue.popleft()
            return oldest
        batch = [oldest[index] for index in chosen]
        taken = set(map(id, batch))
        self._queue = deque(waiting for waiting in self._queue if id(waiting) not in taken)
        return batch

    def _withdraw(self, job: _Job) -> None:
        self._queue = deque(waiting for waiting in self._queue if waiting.job is not job)

    def _outcomes(self, batch: list[_Waiting]) -> Sequence[RowOutputs | Exception]:
        """Computes a batch; where that fails, each row alone, so that only the guilty one fails."""
        try:
            return self._compute([waiting.row for waiting in batch])
        except Exception as error:
            return [error] if len(batch) == 1 else [self._alone(waiting.row) for waiting in batch]
        except BaseException as error:
            # The leading thread is being ended; those who wait for it must not wait for ever.
            lost = RuntimeError(f"the thread that ran the batch ended: {error!r}")
            with self._lock:
                finished = self._deliver(batch, [lost] * len(batch))
            for job in finished:
                job.wake.set()
            raise

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

    def _deliver(self, batch: list[_Waiting], outcomes: Sequence[RowOutputs | Exception]) -> list[_Job]:
        """With the lock held: gives each job its rows. Returns the jobs that are over, yet to be woken."""
        finished: list[_Job] = []
        for waiting, outcome in zip(batch, outcomes, strict=True):
            job = waiting.job
            if job.over:
                continue
            if isinstance(outcome, Exception):
                job.error = outcome
                self._withdraw(job)
            else:
                job.results[waiting.index] = outcome
                job.left -= 1
            if job.over:
                finished.append(job)
        return finished


def split_by_cost(lengths: Sequence[int]) -> list[list[int]]:
    """Splits rows into batches so that computing them costs little; indices of the rows of each batch.

    Cuts the rows, sorted by length, again and again where that saves most: the shorter rows are no longer
    padded to the longest, but their own steps are paid once more.
    """
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    groups = []
    end = len(order)
    while end:
        longest = lengths[order[end - 1]]
        saved, cut = 0, 0
        for count in range(1, end):
            length = lengths[order[count - 1]]
            gain = count * (longest - length) - STEP_COST * max(1, length)
            if gain > saved:
                saved, cut = gain, count
        groups.append(order[cut:end])
        end = cut
    return groups


def _too_late() -> DeadlineError:
    return DeadlineError("the answer was not ready in time; send fewer texts at once or try again")
