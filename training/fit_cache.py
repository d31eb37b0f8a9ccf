"""Fitted models on disk, so that another run on the same data does not fit them again."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

from training.folders import make_readable_folder

_KEPT = 12

Model = TypeVar("Model")


class FitCache(Generic[Model]):
    """A folder of fitted models, each in an ``.npz`` file; the oldest ones are removed."""

    def __init__(self, folder: Path, read: Callable[[bytes], Model], write: Callable[[Model], bytes]) -> None:
        """Does nothing yet.

        Args:
            folder: made when something is stored.
            read: a model from a file's content.
            write: the content from a model.
        """
        self.folder, self._read, self._write = folder, read, write

    def load(self, key: str) -> Model | None:
        """The model that was stored under ``key``; None where there is none, or a damaged one."""
        try:
            return self._read(self._path(key).read_bytes())
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
            return None

    def store(self, key: str, model: Model) -> None:
        """Keeps a model; where the folder cannot be written, another run fits it again."""
        temporary: str | None = None
        try:
            make_readable_folder(self.folder)
            descriptor, temporary = tempfile.mkstemp(dir=self.folder, prefix=".writing-")
            with os.fdopen(descriptor, "wb") as file:
                file.write(self._write(model))
            os.replace(temporary, self._path(key))
            self._remove_oldest()
        except OSError:
            if temporary is not None:
                Path(temporary).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npz"

    def _remove_oldest(self) -> None:
        files = sorted(self.folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
        for path in files[:-_KEPT]:
            path.unlink(missing_ok=True)


@cache
def code_of(*files: Path) -> str:
    """What a fit and its solver are: a changed recipe is fitted anew without being told to."""
    import sklearn

    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()
    return f"{digest} scikit-learn {sklearn.__version__}"


def digest_of(parts: Iterable[bytes]) -> str:
    """A short name for what a fit was made from; where a part ends matters."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()[:16]
