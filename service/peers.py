"""Whether all worker processes are ready, though a probe reaches only one of them."""

import contextlib
import os
from pathlib import Path


class Peers:
    """The workers of one service, each with a file in a shared folder once it is ready."""

    def __init__(self, folder: Path, workers: int) -> None:
        self._folder = folder
        self._workers = workers

    def announce(self) -> None:
        """This worker is ready."""
        (self._folder / str(os.getpid())).touch()

    def forget(self, pid: int) -> None:
        """The worker ``pid`` has ended."""
        with contextlib.suppress(OSError):
            (self._folder / str(pid)).unlink()

    def all_ready(self) -> bool:
        """Every worker has announced itself."""
        return len(os.listdir(self._folder)) >= self._workers
