"""How requests that are answered at the same time wait for each other: as threads or as greenlets."""

import threading
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

import gevent
from gevent.event import Event as GreenletEvent

Result = TypeVar("Result")

# A longer computation leaves the loop: meanwhile the worker reads, refuses and says that it is alive.
_LONGEST_IN_LOOP_S = 0.02
# So long others are let in, however many come.
_LONGEST_WAY_S = 0.005


class Event(Protocol):
    """Something that happens once."""

    def set(self) -> None:
        """It has happened."""

    def is_set(self) -> bool:
        """Whether it has."""

    def wait(self, timeout: float) -> bool:
        """Waits at most ``timeout`` seconds; whether it has happened."""


class Concurrency(Protocol):
    """What a batcher needs to know of those who call it."""

    def event(self) -> Event:
        """A new event."""

    def give_way(self) -> None:
        """Lets the others go on, if they can."""

    def compute(self, function: Callable[[], Result], seconds: float) -> Result:
        """The value of ``function``, which should take ``seconds``."""


class Threads:
    """Each request has a thread."""

    def event(self) -> Event:
        """See :class:`Concurrency`."""
        return threading.Event()

    def give_way(self) -> None:
        """See :class:`Concurrency`."""
        time.sleep(0)

    def compute(self, function: Callable[[], Result], seconds: float) -> Result:
        """See :class:`Concurrency`."""
        return function()


class Greenlets:
    """All requests of a process share one thread, each in a greenlet of gevent's.

    Args:
        threads: how many long computations may run at the same time, beside that thread.
    """

    def __init__(self, threads: int) -> None:
        self._hub = gevent.get_hub()
        self._hub.threadpool.maxsize = threads

    def event(self) -> Event:
        """See :class:`Concurrency`."""
        event: Event = GreenletEvent()
        return event

    def give_way(self) -> None:
        """See :class:`Concurrency`. Returns when every request that has arrived is read."""
        with gevent.Timeout(_LONGEST_WAY_S, False):
            gevent.idle()

    def compute(self, function: Callable[[], Result], seconds: float) -> Result:
        """See :class:`Concurrency`. A short computation holds the loop: changing threads would cost more."""
        if seconds <= _LONGEST_IN_LOOP_S:
            return function()
        result: Result = self._hub.threadpool.apply(function)
        return result
