"""The version labels that were read last, for the time in which their file cannot be."""

import contextlib
import json
import os
from pathlib import Path

from models.errors import EngramError
from models.runtime.version_labels import FILE, VersionLabels, find_version_labels


class KeptLabels:
    """The labels that a worker of the service has read last, whichever it was.

    Args:
        folder: what the workers share, so that one that is replaced knows them too; None where there is one
            process only.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._mine: VersionLabels | None = None

    def get(self) -> VersionLabels | None:
        """The labels; None where no file of them was ever seen."""
        if self._folder is not None:
            # Should that folder be lost as well, this process knows what it has read itself.
            with contextlib.suppress(EngramError):
                kept = find_version_labels(self._folder)
                return self._mine if kept is None else kept
        return self._mine

    def keep(self, labels: VersionLabels) -> None:
        """These were read.

        Raises:
            OSError: the others cannot be told.
        """
        self._mine = labels
        if self._folder is not None:
            unfinished = self._folder / f"{FILE}.{os.getpid()}"
            unfinished.write_text(json.dumps(labels))
            unfinished.replace(self._folder / FILE)
