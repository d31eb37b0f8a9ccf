"""Chunks of rows answered in several processes, in order."""

import multiprocessing
import os
import queue
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any

from models.errors import EngramError
from models.runtime.threads import available_cpus
from training.scoring.answering import Answerer, Piece, Task
from training.scoring.chunks import Chunk
from training.scoring.formats import Columns

# So many chunks a process are under way or read ahead.
_AHEAD = 2
_THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class Answering:
    """Answers chunks, wherever that happens."""

    def __init__(
        self, answer_columns: tuple[str, ...], submit: Callable[..., Future[Piece]], ahead: int
    ) -> None:
        self.answer_columns = answer_columns
        self._submit = submit
        self._ahead = ahead

    def pieces(self, columns: Columns, chunks: Iterable[Chunk]) -> Iterator[Piece]:
        """One piece a chunk, in order; only a few chunks are in memory at a time.

        Raises:
            EngramError: a process was killed, or the model failed.
        """
        remaining = iter(chunks)
        under_way = deque(self._submit(columns, chunk) for chunk in islice(remaining, self._ahead))
        while under_way:
            piece = under_way.popleft().result()
            under_way.extend(self._submit(columns, chunk) for chunk in islice(remaining, 1))
            yield piece


@contextmanager
def answering(task: Task, processes: int) -> Iterator[Answering]:
    """Opens the model, in ``processes`` processes; for one, that is this one.

    Raises:
        EngramError: the model cannot be used, or a process was killed.
    """
    if processes == 1:
        answerer = Answerer(task)
        yield Answering(answerer.answer_columns(), _at_once(answerer), 1)
        return
    _share_cpus(processes)
    # Not a fork: TensorFlow does not survive one.
    context = multiprocessing.get_context("spawn")
    idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
    connections, started = [], []
    for _ in range(processes):
        here, there = context.Pipe()
        # A process whose parent is killed finds its pipe closed, and ends.
        process = context.Process(target=_answer_until_closed, args=(there, task), daemon=True)
        process.start()
        there.close()
        connections.append(here)
        started.append(process)
    try:
        answer_columns, *_ = [_received(connection) for connection in connections]
        for connection in connections:
            idle.put(connection)
        with ThreadPoolExecutor(processes) as threads:
            submit = _submitter(threads, idle)
            try:
                yield Answering(answer_columns, submit, _AHEAD * processes)
            finally:
                threads.shutdown(cancel_futures=True)
    finally:
        for connection in connections:
            connection.close()
        for process in started:
            process.join()


def _at_once(answerer: Answerer) -> Callable[..., Future[Piece]]:
    def submit(columns: Columns, chunk: Chunk) -> Future[Piece]:
        future: Future[Piece] = Future()
        future.set_result(answerer.answer(columns, chunk))
        return future

    return submit


def _submitter(
    threads: ThreadPoolExecutor, idle: "queue.SimpleQueue[Connection]"
) -> Callable[..., Future[Piece]]:
    """Each thread has a process answer a chunk, and waits for it."""

    def ask(columns: Columns, chunk: Chunk) -> Piece:
        connection = idle.get()
        try:
            connection.send((columns, chunk))
            piece: Piece = _received(connection)
        except OSError:
            raise _killed() from None
        finally:
            idle.put(connection)
        return piece

    return lambda columns, chunk: threads.submit(ask, columns, chunk)


def _received(connection: Connection) -> Any:
    try:
        found = connection.recv()
    except (EOFError, OSError):
        raise _killed() from None
    if isinstance(found, EngramError):
        raise found
    return found


def _killed() -> EngramError:
    return EngramError(
        "A process that answered rows was killed (out of memory?); run the same command again to go on, "
        "with fewer --processes if it happens again."
    )


def _share_cpus(processes: int) -> None:
    """The libraries of each process use its share of the CPUs; they read this when they are imported."""
    threads = max(1, available_cpus() // processes)
    os.environ.update(dict.fromkeys(_THREADS, str(threads)))


def _answer_until_closed(connection: Connection, task: Task) -> None:
    """The life of a process: sends the names of the answer's columns, then a piece for each chunk."""
    # Ctrl-C reaches every process of the terminal; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        answerer = Answerer(task)
        connection.send(answerer.answer_columns())
        while True:
            columns, chunk = connection.recv()
            connection.send(answerer.answer(columns, chunk))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except EngramError as error:
        connection.send(error)
    except Exception as error:
        connection.send(EngramError(f"Rows could not be answered ({type(error).__name__}: {error})."))
