"""The folder of feedback: a file of rows a model, and beside them what was answered lately."""

import os
from pathlib import Path

from models.errors import ConfigError

ANSWERS = "answers"
"""The folder in it of what was answered lately; its owner alone may read it."""


def prepare_folder(folder: Path, make: bool = True) -> None:
    """Makes what is missing in it.

    Args:
        make: whether the folder itself is made too.

    Raises:
        ConfigError: it cannot be made or written to.
    """
    answers = folder / ANSWERS
    try:
        if make:
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
