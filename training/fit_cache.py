"""Fitted models on disk, so that another run on the same data does not fit them again."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from training.folders import make_readable_folder, replacing

_KEPT = 12

Model = TypeVar("Model")


class FitCache(Generic[Model]):
    """A folder of fitted models, each in an ``.npz`` file; the oldest ones are removed.

    Several runs may use one folder at once: a file is written under a name of its own and renamed.
    """

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
        except Exception:  # of a damaged file: NumPy, zipfile and zlib share no class for it
            return None

    def store(self, key: str, model: Model) -> None:
        """Keeps a model; where the folder cannot be written, another run fits it again."""
        content = self._write(model)
        try:
            make_readable_folder(self.folder)
            with replacing(self._path(key)) as file:
                file.write(content)
            self._remove_oldest()
        except OSError:
            pass

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npz"

    def _remove_oldest(self) -> None:
        files = sorted(self.folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
        for path in files[:-_KEPT]:
            path.unlink(missing_ok=True)


def fit_key(kind: str, inputs: object, *, code: Iterable[Path], libraries: Sequence[str]) -> str:
    """The name that a fitted model is kept under.

    It is made of what the fit takes, not of the settings that led to it: so no setting can be forgotten, and
    one that changes nothing here fits nothing anew.

    Args:
        kind: what is fitted; the name begins with it.
        inputs: all that the fit is given: numbers, strings, arrays, dataclasses, and sequences and mappings
            of these.
        code: the files of the fit: a changed recipe is fitted anew without being told to.
        libraries: distributions whose versions may change the result.
    """
    digest = hashlib.sha256()
    _feed(digest, [code_of(*code), {name: version(name) for name in libraries}, inputs])
    return f"{kind}-{digest.hexdigest()[:32]}"


@cache
def code_of(*files: Path) -> str:
    """Identifies the content of source files."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def _feed(digest: Any, value: object) -> None:
    """Adds a value: its kind, its size and its content, so that no two values are written alike."""
    if isinstance(value, np.ndarray):
        _add(digest, f"array {value.dtype.str} {value.shape}", value.tobytes())
    elif isinstance(value, str):
        _add(digest, "str", value.encode("utf-8", "surrogatepass"))
    elif value is None or isinstance(value, bool | int | float):
        _add(digest, type(value).__name__, repr(value).encode())
    elif isinstance(value, Mapping):
        _add(digest, f"mapping {len(value)}")
        for key in sorted(value):
            _feed(digest, key)
            _feed(digest, value[key])
    elif is_dataclass(value):
        _feed(digest, {field.name: getattr(value, field.name) for field in fields(value)})
    elif isinstance(value, Sequence):
        _add(digest, f"sequence {len(value)}")
        for each in value:
            _feed(digest, each)
    else:
        raise TypeError(f"{type(value).__name__} is no input of a fit: {value!r}.")


def _add(digest: Any, kind: str, content: bytes = b"") -> None:
    digest.update(f"{kind} {len(content)}\n".encode() + content)
