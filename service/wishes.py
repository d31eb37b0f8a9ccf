"""What is wanted of a model now: its version labels and its candidates."""

import contextlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.errors import EngramError
from models.runtime.version_labels import FILE as LABELS_FILE
from models.runtime.version_labels import VersionLabels, find_version_labels
from service.kept_labels import KeptLabels
from service.logs import Teller
from service.orders import Standing
from service.plans import Plan


@dataclass(frozen=True, slots=True)
class Sources:
    """What says which versions are served.

    Attributes:
        artifacts: holds ``NAME/VERSION/`` folders.
        state: holds the version labels.
        canaries: candidates that answer some requests, by model.
        shadows: candidates that are asked as well, by model.
        reload_s: seconds between two looks at ``artifacts``; 0 looks once.
    """

    artifacts: Path
    state: Path
    canaries: Mapping[str, Plan]
    shadows: Mapping[str, Plan]
    reload_s: float = 0.0

    def trials(self, name: str, labels: Mapping[str, int], standing: Standing) -> dict[int, float | None]:
        """The candidates of a model that are not withdrawn, with their percentage, None for a shadow."""
        trials: dict[int, float | None] = {}
        for plans in (self.shadows, self.canaries):
            if (plan := plans.get(name)) is None:
                continue
            version = plan.version(labels)
            if version is not None and version not in standing.withdrawn.get(name, {}):
                trials[version] = plan.percent
        return trials


class LabelsFile:
    """The version labels as they are now; where the file cannot be read, as they were before.

    A file that was there and is gone is lost, with its folder or the volume below it: labels are taken away
    by writing the file, never by deleting it.

    Args:
        kept: the labels that were read last, by whichever worker.
    """

    def __init__(self, state: Path, teller: Teller, kept: KeptLabels) -> None:
        self._kept = kept
        self._path = state / LABELS_FILE
        self._state = state
        self._teller = teller
        # The watch and the follower both read.
        self._lock = threading.Lock()
        self._labels: VersionLabels = {}
        self._seen: object = None

    def facts(self) -> object:
        """What a change of the file looks like from outside."""
        with contextlib.suppress(OSError):
            facts = self._path.stat()
            return facts.st_ino, facts.st_size, facts.st_mtime_ns
        return None

    def read(self) -> VersionLabels:
        """The labels of every model."""
        with self._lock:
            seen = self.facts()
            if seen is None or seen != self._seen:
                # After a failure it is read again, though it may look the same.
                self._seen = None
                reason = self._read(seen)
                self._teller.tell("labels_unreadable", reason)
                if reason is not None:
                    self._labels = self._kept.get() or {}
            return self._labels

    def _read(self, seen: object) -> str | None:
        """Reads the file. Returns why it could not."""
        try:
            found = find_version_labels(self._state)
        except EngramError as error:
            return str(error)
        if found is None:
            return (
                f"{self._path} is gone; its labels stay in force." if self._kept.get() is not None else None
            )
        self._labels, self._seen = found, seen
        try:
            self._kept.keep(found)
        except OSError as error:
            self._teller.tell("labels_not_kept", str(error), "warning")
        else:
            self._teller.tell("labels_not_kept", None)
        return None
