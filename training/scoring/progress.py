"""How far a run is: a bar on a terminal, a plain line now and then in a pipe. On stderr."""

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

PLAIN_INTERVAL_S = 15.0


class Progress:
    """Told how many rows are answered; used in a ``with``."""

    def __init__(self) -> None:
        self._bar = Bar(
            TextColumn("{task.completed:,} rows"),
            BarColumn(),
            TextColumn("{task.fields[speed]:,.0f} texts/s"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task("", total=None, speed=0.0)
        self._rows = self._done = 0
        self._total: int | None = None
        self._began = self._said = time.monotonic()

    def start(self, done: int, total: int | None) -> None:
        """The first answers come; ``done`` rows of ``total`` (None where nobody knows) stood already."""
        self._done, self._total = done, total
        self._began = self._said = time.monotonic()
        self._bar.reset(self._task, total=total, completed=done, speed=0.0)

    def advance(self, rows: int) -> None:
        """So many more rows are answered."""
        self._rows += rows
        now = time.monotonic()
        speed = self._rows / max(1e-9, now - self._began)
        self._bar.update(self._task, advance=rows, speed=speed)
        if self._bar.disable and now - self._said >= PLAIN_INTERVAL_S:
            self._said = now
            of = "" if self._total is None else f" of {self._total:,}"
            print(f"{self._done + self._rows:,}{of} rows, {speed:,.0f} texts/s", file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
