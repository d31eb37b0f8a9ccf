"""The folder of feedback: a file of rows a model, and beside them what was answered lately."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import ConfigError

ANSWERS = "answers"
"""The folder in it of what was answered lately; its owner alone may read it."""


def prepare_folder(folder: Path) -> None:
    """Makes what is missing.

    Raises:
        ConfigError: it cannot be made or written to.
    """
    answers = folder / ANSWERS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        answers.mkdir(mode=0o700, exist_ok=True)
        writable = all(os.access(each, os.R_OK | os.W_OK | os.X_OK) for each in (folder, answers))
        reason = None if writable else os.strerror(13)
    except OSError as error:
        reason = error.strerror
    if reason:
        raise ConfigError(
            f"ENGRAM_FEEDBACK is {folder}, which cannot be used: {reason}; it must be a folder that may be "
            "written to"
        )


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Keeps others, threads and processes, that lock the folder too waiting meanwhile.

    Raises:
        OSError: it cannot be opened.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
