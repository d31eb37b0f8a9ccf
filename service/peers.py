"""Whether all worker processes are ready, though a probe reaches only one of them."""

import contextlib
import os
from pathlib import Path


class Peers:
    """The workers of one service, each with a file in a shared folder once it is ready.

    Attributes:
        shared: a folder for what they tell each other, or None.
    """

    def __init__(self, folder: Path, workers: int, shared: Path | None = None) -> None:
        self._folder = folder
        self._workers = workers
        self.shared = shared

    def announce(self) -> None:
        """This worker is ready."""
        (self._folder / str(os.getpid())).touch()

    def forget(self, pid: int) -> None:
        """The worker ``pid`` has ended."""
        with contextlib.suppress(OSError):
            (self._folder / str(pid)).unlink()

    def ready(self) -> frozenset[int]:
        """The process ids of the workers that are ready."""
        return frozenset(int(name) for name in os.listdir(self._folder) if name.isdecimal())

    def all_ready(self) -> bool:
        """Every worker has announced itself."""
        return len(os.listdir(self._folder)) >= self._workers
