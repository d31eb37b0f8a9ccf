"""What was answered lately, in files of bounded size and age that all workers can read.

Each worker appends to a file of its own, one line a record, and begins another when that is full or old; the
oldest file makes room. A record that a crash cut off is passed over.
"""

import contextlib
import itertools
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# A ring is this many files: with each that goes, this part of what is remembered.
_FILES = 16
_SUFFIX = ".jsonl"
_CLEANED_EVERY_S = 30.0


class Ring:
    """Records by key, until they are too old or too many. Thread-safe, and safe among processes.

    Args:
        folder: of these files alone.
        keep_s: seconds until a record is forgotten; its file goes at most an eighth of that later, with the
            next call.
        keep_bytes: about as many bytes may stand in all files together.
        clock: the time of day in seconds.
    """

    def __init__(
        self, folder: Path, keep_s: float, keep_bytes: int, clock: Callable[[], float] = time.time
    ) -> None:
        self.keep_s = keep_s
        self._folder = folder
        self._keep_bytes = keep_bytes
        self._file_bytes = keep_bytes // _FILES
        self._clock = clock
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._descriptor = -1
        self._left_bytes = 0
        self._full_at = 0.0
        self._cleaned_at = 0.0

    def add(self, key: str, record: dict[str, Any]) -> bool:
        """Remembers a record, under ``key`` and with the time.

        Returns:
            Whether it does: not where the record alone is larger than a file may be.

        Raises:
            OSError: it cannot be written.
        """
        now = self._clock()
        line = _begin(key) + json.dumps({"time": now, **record}).encode()[1:] + b"\n"
        if len(line) > self._file_bytes:
            return False
        with self._lock:
            if not self._fits(len(line), now):
                self._begin_file(now)
            # One write: lines do not mix. What a full disk leaves of it is passed over.
            self._left_bytes -= len(line)
            if os.write(self._descriptor, line) < len(line):
                os.write(self._descriptor, b"\n")
        return True

    def find(self, key: str) -> list[dict[str, Any]]:
        """The records of a key that are still there, in the order of their times; some may be too old."""
        begin = _begin(key)
        found = [record for path in self._files() for record in _records(path, begin)]
        return sorted(found, key=lambda record: float(record["time"]))

    def is_old(self, record: dict[str, Any]) -> bool:
        """Whether it is time to forget a record."""
        return float(record["time"]) < self._clock() - self.keep_s

    def clean(self) -> None:
        """Removes what is too old, if it is time to look again."""
        now = self._clock()
        if abs(now - self._cleaned_at) < min(_CLEANED_EVERY_S, self.keep_s):
            return
        self._cleaned_at = now
        for path in self._files():
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < now - self.keep_s:
                    path.unlink()

    def _fits(self, size: int, now: float) -> bool:
        if self._descriptor < 0 or size > self._left_bytes or now >= self._full_at:
            return False
        # Another worker may have made room of it.
        return os.fstat(self._descriptor).st_nlink > 0

    def _begin_file(self, now: float) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self._make_room()
        name = f"{time.time_ns():020d}-{os.getpid()}-{next(self._numbers)}{_SUFFIX}"
        self._descriptor = os.open(
            self._folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600
        )
        self._left_bytes = self._file_bytes
        self._full_at = now + self.keep_s / 8

    def _make_room(self) -> None:
        files = self._files()
        sizes = []
        for path in files:
            try:
                sizes.append(path.stat().st_size)
            except OSError:
                sizes.append(0)
        total = sum(sizes)
        for path, size in zip(files, sizes, strict=True):
            if total + self._file_bytes <= self._keep_bytes:
                return
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size

    def _files(self) -> list[Path]:
        """Oldest first."""
        return sorted(path for path in self._folder.iterdir() if path.suffix == _SUFFIX)


def _begin(key: str) -> bytes:
    return b'{"key": ' + json.dumps(key).encode() + b", "


def _records(path: Path, begin: bytes) -> Iterator[dict[str, Any]]:
    try:
        content = path.read_bytes()
    except OSError:  # it made room meanwhile
        return
    at = content.find(begin)
    while at >= 0:
        end = content.find(b"\n", at)
        # A cut record ends where the next one begins, or not at all: either is no JSON.
        with contextlib.suppress(ValueError):
            if at == 0 or content[at - 1 : at] == b"\n":
                record = json.loads(content[at : end if end >= 0 else len(content)])
                yield record
        at = content.find(begin, at + 1)
