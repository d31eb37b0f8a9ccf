"""Fitted vectors on disk, found again by what they were fitted from."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import TrainingError
from training.folders import make_readable_folder

FOLDER = ".cache"


def fingerprint(facts: Mapping[str, Any], texts: Iterable[npt.NDArray[np.int32]]) -> str:
    """Identifies a fit: its settings and the token ids of every text."""
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for ids in texts:
        digest.update(len(ids).to_bytes(4, "little") + ids.tobytes())
    return digest.hexdigest()


class VectorCache:
    """Tables of word vectors in ``<artifacts>/.cache``, one file each."""

    def __init__(self, artifacts: Path) -> None:
        self.folder = artifacts / FOLDER

    def load(self, name: str, shape: tuple[int, int]) -> npt.NDArray[np.float32] | None:
        """The table kept as ``name``; None where there is none of this shape that can be read."""
        try:
            with self._path(name).open("rb") as file:
                table = np.load(file, allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        return table if table.shape == shape and table.dtype == np.float32 else None

    def save(self, name: str, table: npt.NDArray[np.float32]) -> None:
        """Keeps a table.

        Raises:
            TrainingError: it cannot be written.
        """
        temporary = self._path(f"{name}.{os.getpid()}.tmp")
        try:
            make_readable_folder(self.folder)
            with temporary.open("wb") as file:
                np.save(file, table, allow_pickle=False)
            os.replace(temporary, self._path(name))
        except OSError as error:
            raise TrainingError(
                f"The word vectors cannot be kept in {self.folder}: {error.strerror or error}."
            ) from error

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.npy"
