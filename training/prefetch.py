"""Makes the next batches in a thread of their own while the network computes the last one."""

import queue
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar

Item = TypeVar("Item")
DEPTH = 4


def prefetched(items: Iterable[Item], depth: int = DEPTH) -> Generator[Item, None, None]:
    """The same items in the same order, at most ``depth`` made ahead.

    An error of ``items`` is raised here. Closing the generator ends the thread.
    """
    ready: queue.Queue[tuple[Item] | BaseException | None] = queue.Queue(depth)
    closed = threading.Event()

    def put(entry: tuple[Item] | BaseException | None) -> None:
        while not closed.is_set():
            try:
                return ready.put(entry, timeout=0.1)
            except queue.Full:
                pass

    def work() -> None:
        end: BaseException | None = None
        try:
            for item in items:
                put((item,))
                if closed.is_set():
                    return
        except BaseException as error:  # whatever it is, the one who waits has to hear of it
            end = error
        put(end)

    thread = threading.Thread(target=work, name="batches", daemon=True)
    thread.start()
    try:
        while isinstance(entry := ready.get(), tuple):
            yield entry[0]
        if entry is not None:
            raise entry
    finally:
        closed.set()
        thread.join()
