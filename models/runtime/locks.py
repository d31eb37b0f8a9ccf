"""A folder that one process at a time may change."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Keeps others, threads and processes, that lock the folder too waiting meanwhile.

    Raises:
        OSError: it cannot be opened.
    """
    # The folder itself is locked: it may be read-only.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
