"""Batching: every caller gets its own rows, the engine is never idle while something waits."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.text.plain import Encoded
from service.batching import STEP_COST, Batcher, split_by_cost
from service.errors import DeadlineError, QueueFullError

POISON = 666


def row(*ids: int) -> Encoded:
    return Encoded(tuple(ids), len(ids), ())


class Engine:
    """Answers each row with the sum of its ids; notes what it is asked and how many ask at once."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.batches: list[list[tuple[int, ...]]] = []
        self.busy: list[tuple[float, float]] = []
        self.inside = threading.Semaphore(1)
        self.hold: threading.Event | None = None
        self.entered = threading.Event()

    def __call__(self, rows: Sequence[Encoded]) -> list[float]:
        assert self.inside.acquire(blocking=False), "two batches ran at the same time"
        try:
            began = time.monotonic()
            self.batches.append([each.ids for each in rows])
            self.entered.set()
            if self.hold:
                assert self.hold.wait(10)
            time.sleep(self.seconds)
            if any(POISON in each.ids for each in rows):
                raise FloatingPointError("poisoned")
            self.busy.append((began, time.monotonic()))
            return [float(sum(each.ids)) for each in rows]
        finally:
            self.inside.release()


def make(
    engine: Callable[[Sequence[Encoded]], list[float]], max_rows: int = 8, max_queue: int = 1000
) -> Batcher[float]:
    return Batcher(engine, max_rows=max_rows, max_queue=max_queue)


def answers(batcher: Batcher[float], rows: Sequence[Encoded], seconds: float = 10.0) -> list[float]:
    return list(batcher.run(rows, time.monotonic() + seconds))


def waiting(batcher: Batcher[float], count: int) -> None:
    """Waits until ``count`` rows are queued."""
    until = time.monotonic() + 5
    while batcher.queued != count:
        assert time.monotonic() < until, f"{batcher.queued} rows wait, not {count}"
        time.sleep(0.001)


def held(max_rows: int = 8) -> tuple[Engine, Batcher[float], ThreadPoolExecutor]:
    """An engine in the middle of a batch, which ends when ``hold`` is set."""
    engine = Engine()
    engine.hold = threading.Event()
    batcher = make(engine, max_rows=max_rows)
    pool = ThreadPoolExecutor(32)
    pool.submit(answers, batcher, [row(1)])
    assert engine.entered.wait(5)
    return engine, batcher, pool


@settings(max_examples=25, deadline=None)
@given(
    requests=st.lists(
        st.lists(st.lists(st.integers(1, 500), max_size=70).map(tuple), min_size=1, max_size=12),
        min_size=1,
        max_size=40,
    ),
    max_rows=st.integers(1, 9),
)
def test_every_caller_gets_the_answers_of_its_own_rows_in_order(requests, max_rows) -> None:
    """SeldonIO/MLServer#1306, #1541, #1718: adaptive batching handed out other callers' rows."""
    engine = Engine(seconds=0.0005)
    batcher = make(engine, max_rows=max_rows, max_queue=10_000)
    with ThreadPoolExecutor(16) as pool:
        futures = [pool.submit(answers, batcher, [row(*ids) for ids in rows]) for rows in requests]
        found = [future.result(timeout=20) for future in futures]
    assert found == [[float(sum(ids)) for ids in rows] for rows in requests]
    assert sorted(ids for batch in engine.batches for ids in batch) == sorted(
        ids for rows in requests for ids in rows
    )
    assert max(map(len, engine.batches)) <= max_rows
    assert batcher.queued == 0


def test_an_idle_engine_is_asked_at_once_in_the_callers_thread() -> None:
    threads = []

    def run(rows: Sequence[Encoded]) -> list[float]:
        threads.append(threading.current_thread())
        return [0.0] * len(rows)

    make(run).run([row(1)], time.monotonic() + 1)
    assert threads == [threading.current_thread()]


def test_rows_that_arrive_while_the_engine_runs_share_the_next_batch() -> None:
    engine, batcher, pool = held()
    with pool:
        futures = [pool.submit(answers, batcher, [row(number)]) for number in range(2, 8)]
        waiting(batcher, 6)
        engine.hold.set()
        assert [future.result(5) for future in futures] == [[float(number)] for number in range(2, 8)]
    assert list(map(len, engine.batches)) == [1, 6]


def test_many_threads_never_lose_a_wake_up_and_leave_the_engine_idle_only_when_nothing_waits() -> None:
    engine = Engine(seconds=0.002)
    batcher = make(engine, max_rows=4)
    start = time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        futures = [pool.submit(answers, batcher, [row(number)]) for number in range(1, 401)]
        assert [future.result(timeout=20) for future in futures] == [
            [float(number)] for number in range(1, 401)
        ]
    worked = sum(end - begin for begin, end in engine.busy)
    # What is left over is the time of the hand-overs alone.
    assert time.monotonic() - start < 2 * worked + 1.0
    assert len(engine.batches) <= 400 / 4 * 1.5


def test_one_long_text_does_not_pad_many_short_ones() -> None:
    engine, batcher, pool = held(max_rows=64)
    with pool:
        long = pool.submit(answers, batcher, [row(*[1] * 400)])
        waiting(batcher, 1)
        short = pool.submit(answers, batcher, [row(*[1] * 10)] * 50)
        waiting(batcher, 51)
        engine.hold.set()
        assert long.result(5) == [400.0]
        assert short.result(5) == [10.0] * 50
    assert [list(map(len, batch)) for batch in engine.batches[1:]] == [[400], [10] * 50]


def test_a_few_texts_of_many_lengths_share_a_batch() -> None:
    assert split_by_cost([20, 40, 80, 100, 60, 30, 90]) == [[0, 5, 1, 4, 2, 6, 3]]


def cost(lengths: list[int]) -> int:
    return max(1, *lengths, 1) * (STEP_COST + len(lengths))


@given(st.lists(st.integers(0, 400), min_size=1, max_size=64))
def test_splitting_keeps_every_row_and_never_costs_more_than_one_batch(lengths: list[int]) -> None:
    groups = split_by_cost(lengths)
    assert sorted(index for group in groups for index in group) == list(range(len(lengths)))
    assert all(groups)
    assert sum(cost([lengths[index] for index in group]) for group in groups) <= cost(lengths)


def test_a_poisoned_row_fails_alone() -> None:
    engine, batcher, pool = held()
    with pool:
        good = [pool.submit(answers, batcher, [row(number)]) for number in range(2, 6)]
        bad = pool.submit(answers, batcher, [row(POISON)])
        waiting(batcher, 5)
        engine.hold.set()
        assert [future.result(5) for future in good] == [[2.0], [3.0], [4.0], [5.0]]
        with pytest.raises(FloatingPointError, match="poisoned"):
            bad.result(5)
    assert answers(batcher, [row(9)]) == [9.0]


def test_a_poisoned_row_fails_its_own_request_and_frees_the_queue() -> None:
    engine = Engine()
    batcher = make(engine, max_rows=2)
    with pytest.raises(FloatingPointError):
        answers(batcher, [row(1), row(POISON), *[row(2)] * 6])
    assert batcher.queued == 0
    assert answers(batcher, [row(3)]) == [3.0]


def test_a_full_queue_refuses_new_rows_and_keeps_the_waiting_ones() -> None:
    engine = Engine()
    engine.hold = threading.Event()
    batcher = make(engine, max_queue=3)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(answers, batcher, [row(1)])
        assert engine.entered.wait(5)
        second = pool.submit(answers, batcher, [row(2), row(3)])
        waiting(batcher, 2)
        with pytest.raises(QueueFullError, match="limit of 3"):
            answers(batcher, [row(4), row(5)])
        third = pool.submit(answers, batcher, [row(6)])
        waiting(batcher, 3)
        engine.hold.set()
        assert [first.result(5), second.result(5), third.result(5)] == [[1.0], [2.0, 3.0], [6.0]]


def test_a_request_larger_than_the_queue_runs_when_the_engine_is_idle() -> None:
    assert answers(make(Engine(), max_queue=2), [row(n) for n in range(20)]) == [float(n) for n in range(20)]


def test_a_waiting_request_gives_up_at_its_deadline_and_its_rows_leave_the_queue() -> None:
    engine, batcher, pool = held()
    with pool:
        with pytest.raises(DeadlineError):
            answers(batcher, [row(2), row(3)], seconds=0.05)
        assert batcher.queued == 0
        engine.hold.set()
    assert engine.batches == [[(1,)]]


def test_a_request_that_is_due_to_lead_when_its_deadline_passes_lets_the_next_one_lead() -> None:
    engine, batcher, pool = held()
    with pool:
        late = pool.submit(answers, batcher, [row(2)], 0.2)
        waiting(batcher, 1)
        patient = pool.submit(answers, batcher, [row(3)], 10.0)
        waiting(batcher, 2)
        with pytest.raises(DeadlineError):
            late.result(5)
        engine.hold.set()
        assert patient.result(5) == [3.0]
    assert answers(batcher, [row(4)]) == [4.0]


def test_requests_that_give_up_while_they_are_woken_leave_a_working_batcher() -> None:
    """The deadline and the wake-up race here on purpose: whoever is woken to lead must lead or pass it on."""
    engine = Engine(seconds=0.001)
    batcher = make(engine, max_rows=2)

    def ask(number: int) -> bool:
        try:
            return answers(batcher, [row(number)], seconds=(number % 13) * 0.0005) == [float(number)]
        except DeadlineError:
            return True

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(ask, range(600), timeout=30))
    assert batcher.queued == 0
    assert answers(batcher, [row(9)]) == [9.0]


def test_a_request_of_several_batches_stops_at_its_deadline() -> None:
    engine = Engine(seconds=0.1)
    batcher = make(engine, max_rows=1)
    with pytest.raises(DeadlineError):
        answers(batcher, [row(n) for n in range(10)], seconds=0.25)
    assert len(engine.batches) < 6
    assert batcher.queued == 0


def test_no_rows_need_no_engine() -> None:
    engine = Engine()
    assert answers(make(engine), []) == []
    assert engine.batches == []


class Ended(BaseException):
    """A thread is ended from outside, as a stopping server does."""


def test_a_leader_that_is_ended_fails_its_batch_and_hands_over() -> None:
    engine = Engine()
    engine.hold = threading.Event()

    def run(rows: Sequence[Encoded]) -> list[float]:
        found = engine(rows)
        if any(each.ids == (1,) for each in rows):
            raise Ended
        return found

    batcher = make(run)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(answers, batcher, [row(1)])
        assert engine.entered.wait(5)
        second = pool.submit(answers, batcher, [row(2)])
        waiting(batcher, 1)
        engine.hold.set()
        assert second.result(5) == [2.0]
        with pytest.raises(Ended):
            first.result(5)
