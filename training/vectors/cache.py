"""Fitted vectors on disk, found again by what they were fitted from."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.errors import TrainingError
from training.folders import make_readable_folder, replacing

FOLDER = ".cache"


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
        try:
            make_readable_folder(self.folder)
            with replacing(self._path(name)) as file:
                np.save(file, table, allow_pickle=False)
        except OSError as error:
            raise TrainingError(
                f"The word vectors cannot be kept in {self.folder}: {error.strerror or error}."
            ) from error

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.npy"
