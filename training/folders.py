"""Folders that others may read, whatever umask the trainer has."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def make_readable_folder(path: Path) -> None:
    """Makes ``path`` and the folders above it where they are missing; the new ones get mode 0755.

    Raises:
        OSError: one cannot be made.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        folder.chmod(0o755)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of ``path`` when all of it is written: readers see the old one or the new.

    Its name until then is its own: in containers that share a folder, process ids are alike. Others may read
    it, as ``path`` stands in a folder that they may read.

    Raises:
        OSError: it cannot be written; what ``path`` was stays.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        unfinished.chmod(0o644)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
