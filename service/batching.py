"""Joins the rows of concurrent requests into batches, without a dispatcher of its own.

A request that finds the engine idle goes on at once, together with those that arrive in the same moment.
Requests that arrive while the engine runs wait; when the running one has its answers, the one waiting longest
goes on and takes along what waits.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Generic, Protocol, TypeVar

from models.text.plain import Encoded
from service.concurrency import Concurrency, Event, Threads
from service.errors import DeadlineError, QueueFullError

Answer = TypeVar("Answer")
Seen = TypeVar("Seen", contravariant=True)

# What a time step costs beside what one row adds to it: a batch of n rows and t steps takes about
# t * (STEP_COST + n). Measured on a bidirectional LSTM of 64 units.
STEP_COST = 16


class Observer(Protocol[Seen]):
    """Told of every batch that was answered."""

    def batch(
        self, rows: Sequence[Encoded], answers: Sequence[Seen], engine_s: float, waits_s: Iterable[float]
    ) -> None:
        """``engine_s``: seconds to compute it; ``waits_s``: seconds that each row had waited before."""


class _Job(Generic[Answer]):
    """The rows of one request and what became of them; guarded by the batcher's lock."""

    __slots__ = ("answers", "began", "error", "left", "rows", "wake")

    def __init__(self, rows: Sequence[Encoded], wake: Event) -> None:
        self.rows = rows
        self.began = time.perf_counter()
        self.answers: list[Answer] = [None] * len(rows)  # type: ignore[list-item]
        self.left = len(rows)
        self.error: Exception | None = None
        self.wake = wake

    @property
    def over(self) -> bool:
        """Every row is answered, or one has failed."""
        return self.left == 0 or self.error is not None


class _Waiting(Generic[Answer]):
    """One row in the queue."""

    __slots__ = ("index", "job", "row")

    def __init__(self, job: _Job[Answer], index: int, row: Encoded) -> None:
        self.job = job
        self.index = index
        self.row = row


class Batcher(Generic[Answer]):
    """Runs rows of many requests through one model, a batch at a time.

    The oldest row always goes first. The rows behind it go with it, but for those that are cheaper in a batch
    of their own: one long text does not pad many short ones.

    Args:
        run: computes the answers of some rows, in order.
        max_rows: most rows of one batch.
        max_queue: most rows that may wait while the engine runs.
        observer: told of every batch.
        concurrency: how the requests wait for each other.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Encoded]], Sequence[Answer]],
        *,
        max_rows: int,
        max_queue: int,
        observer: Observer[Answer] | None = None,
        concurrency: Concurrency | None = None,
    ) -> None:
        self._run = run
        self._max_rows = max_rows
        self._max_queue = max_queue
        self._observer = observer
        self._concurrency = concurrency or Threads()
        # Of the last batch; the first may take any time.
        self._seconds_per_cost = math.inf
        self._lock = threading.Lock()
        # Invariant under the lock: rows wait only while some request leads.
        self._led = False
        self._queue: deque[_Waiting[Answer]] = deque()

    @property
    def queued(self) -> int:
        """Rows that wait for the engine."""
        return len(self._queue)

    def run(self, rows: Sequence[Encoded], deadline: float) -> Sequence[Answer]:
        """The answer to each row, in order.

        Args:
            deadline: the ``time.monotonic()`` after which the caller no longer wants them.

        Raises:
            QueueFullError: the engine is busy and the queue has no room for the rows.
            DeadlineError: the deadline passed; rows not yet run have left the queue.
            Exception: what the engine raised for one of the rows alone.
        """
        if not rows:
            return []
        job: _Job[Answer] = _Job(rows, self._concurrency.event())
        with self._lock:
            leads = not self._led
            if not leads and len(self._queue) + len(rows) > self._max_queue:
                raise QueueFullError(
                    f"{len(self._queue)} texts are waiting and {len(rows)} more exceed the limit of "
                    f"{self._max_queue}; try again in a moment"
                )
            self._queue.extend(_Waiting(job, index, row) for index, row in enumerate(rows))
            self._led = True
        if leads or self._waits_until_leading(job, deadline):
            self._lead(job, deadline)
        if job.error is not None:
            raise job.error
        return job.answers

    def _waits_until_leading(self, job: _Job[Answer], deadline: float) -> bool:
        """Sleeps until the rows are answered (False) or this request has to go on (True)."""
        if not job.wake.wait(max(0.0, deadline - time.monotonic())):
            with self._lock:
                # The wake-up may have come between the end of the wait and the lock.
                if not job.wake.is_set() and not job.over:
                    self._withdraw(job)
                    raise _too_late()
        return not job.over

    def _lead(self, job: _Job[Answer], deadline: float) -> None:
        """Runs batches until the own rows are answered, then lets the next one go on."""
        handed_over = False
        try:
            while not handed_over:
                if len(self._queue) < self._max_rows:
                    # Those that came with it may still be being read: otherwise it would run alone.
                    self._concurrency.give_way()
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

    def _hand_over(self) -> None:
        """With the lock held: wakes the one waiting longest to go on."""
        if self._queue:
            self._queue[0].job.wake.set()
        else:
            self._led = False

    def _take(self) -> list[_Waiting[Answer]]:
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

    def _withdraw(self, job: _Job[Answer]) -> None:
        self._queue = deque(waiting for waiting in self._queue if waiting.job is not job)

    def _outcomes(self, batch: list[_Waiting[Answer]]) -> Sequence[Answer | Exception]:
        """Computes a batch; where that fails, each row alone, so that only the guilty one fails."""
        try:
            return self._compute(batch)
        except Exception as error:
            return [error] if len(batch) == 1 else [self._alone(waiting) for waiting in batch]
        except BaseException as error:
            # The leading request is being ended; those who wait for it must not wait for ever.
            lost = RuntimeError(f"the request that ran the batch ended: {error!r}")
            with self._lock:
                finished = self._deliver(batch, [lost] * len(batch))
            for job in finished:
                job.wake.set()
            raise

    def _alone(self, waiting: _Waiting[Answer]) -> Answer | Exception:
        try:
            return self._compute([waiting])[0]
        except Exception as error:
            return error

    def _compute(self, batch: list[_Waiting[Answer]]) -> Sequence[Answer]:
        rows = [waiting.row for waiting in batch]
        cost = 1 + max(len(row.ids) for row in rows) * (STEP_COST + len(rows))
        began = time.perf_counter()
        answers = self._concurrency.compute(lambda: self._run(rows), cost * self._seconds_per_cost)
        seconds = time.perf_counter() - began
        self._seconds_per_cost = seconds / cost
        if self._observer:
            self._observer.batch(rows, answers, seconds, [began - waiting.job.began for waiting in batch])
        return answers

    def _deliver(
        self, batch: list[_Waiting[Answer]], outcomes: Sequence[Answer | Exception]
    ) -> list[_Job[Answer]]:
        """With the lock held: gives each job its rows. Returns the jobs that are over, yet to be woken."""
        finished: list[_Job[Answer]] = []
        for waiting, outcome in zip(batch, outcomes, strict=True):
            job = waiting.job
            if job.over:
                continue
            if isinstance(outcome, Exception):
                job.error = outcome
                self._withdraw(job)
            else:
                job.answers[waiting.index] = outcome
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
    if not order or len(order) * (lengths[order[-1]] - lengths[order[0]]) <= STEP_COST:
        return [order] if order else []
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
