"""What requests do while others are answered, in threads and in greenlets."""

import threading
import time
from collections.abc import Sequence

import gevent
import pytest

from models.text.plain import Encoded
from service.batching import Batcher
from service.concurrency import Greenlets, Threads
from service.errors import DeadlineError


def row(*ids: int) -> Encoded:
    return Encoded(ids, len(ids), ())


class Engine:
    """Answers the sum of the ids; notes the size of each batch and the thread it ran in."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.sizes: list[int] = []
        self.threads: list[int] = []

    def __call__(self, rows: Sequence[Encoded]) -> list[int]:
        self.sizes.append(len(rows))
        self.threads.append(threading.get_ident())
        time.sleep(self.seconds)
        return [sum(each.ids) for each in rows]


def make(engine: Engine) -> Batcher[int]:
    return Batcher(engine, max_rows=8, max_queue=100, concurrency=Greenlets(threads=2))


def ask(batcher: Batcher[int], *ids: int, seconds: float = 10.0) -> list[int]:
    return list(batcher.run([row(*ids)], time.monotonic() + seconds))


def test_requests_of_the_same_moment_share_a_batch_and_get_their_own_answers() -> None:
    engine = Engine()
    batcher = make(engine)
    ask(batcher, 1)  # now it is known to be quick
    found = [gevent.spawn(ask, batcher, number) for number in range(1, 9)]
    gevent.joinall(found, timeout=5)
    assert [each.value for each in found] == [[number] for number in range(1, 9)]
    assert engine.sizes == [1, 8]


def test_a_quick_batch_runs_in_the_thread_that_answers_and_a_slow_one_beside_it() -> None:
    quick, slow = Engine(), Engine(seconds=0.05)
    for engine in (quick, slow):
        batcher = make(engine)
        for number in range(3):
            ask(batcher, number)
    here = threading.get_ident()
    # How long the first one takes is not known before.
    assert quick.threads[1:] == [here, here]
    assert here not in slow.threads


def test_others_go_on_while_a_slow_batch_runs() -> None:
    batcher = make(Engine(seconds=0.3))
    began = time.monotonic()
    asked = gevent.spawn(ask, batcher, 1)
    turns = 0
    while not asked.ready():
        gevent.sleep(0.01)
        turns += 1
    assert turns > 10
    assert time.monotonic() - began < 2


def test_a_greenlet_gives_up_at_its_deadline() -> None:
    batcher = make(Engine(seconds=0.3))
    first = gevent.spawn(ask, batcher, 1)
    gevent.sleep(0.05)
    with pytest.raises(DeadlineError):
        ask(batcher, 2, seconds=0.05)
    assert batcher.queued == 0
    assert first.get(timeout=5) == [1]


def test_giving_way_ends_however_many_go_on() -> None:
    greenlets = Greenlets(threads=1)
    running = True

    def never_idle() -> None:
        while running:
            gevent.sleep(0)

    other = gevent.spawn(never_idle)
    began = time.monotonic()
    greenlets.give_way()
    assert time.monotonic() - began < 1
    running = False
    other.join(5)


def test_threads_compute_where_they_are() -> None:
    assert Threads().compute(threading.get_ident, 100.0) == threading.get_ident()
