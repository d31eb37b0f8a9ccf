import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from training.prefetch import prefetched


def worker() -> bool:
    return any(thread.name == "batches" for thread in threading.enumerate())


def test_items_come_whole_and_in_order() -> None:
    assert list(prefetched(range(100), depth=3)) == list(range(100))
    assert list(prefetched([])) == []
    assert not worker()


def test_only_a_few_items_are_made_ahead() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    with closing(prefetched(items(), depth=2)) as ready:
        next(ready)
        time.sleep(0.2)
        assert 2 <= len(made) <= 4


def test_an_error_is_raised_where_the_items_are_used() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError("of the thread")

    ready = prefetched(items())
    assert next(ready) == 1
    with pytest.raises(ZeroDivisionError, match="of the thread"):
        next(ready)
    assert not worker()


def test_closing_ends_the_thread_whatever_it_waits_for() -> None:
    with closing(prefetched(itertools.count(), depth=1)) as ready:
        assert next(ready) == 0
        assert worker()
    assert not worker()
