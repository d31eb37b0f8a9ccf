"""Finds versions in a folder and loads them in the background."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from models.errors import EngramError
from models.runtime.location import list_versions
from models.runtime.predictor import Prediction, Predictor
from models.runtime.version_labels import VersionLabels
from service.batching import Batcher
from service.follower import TICK_S, Follower
from service.judge import Judge
from service.kept_labels import KeptLabels
from service.logs import Teller, log_event
from service.orders import Orders, Standing
from service.repository import STABLE, Repository
from service.versions import LoadedVersion, VersionStatus
from service.wishes import LabelsFile, Sources

_AFTER_FAILURE_S = 1.0

# Files of a version and what a change of them looks like from outside: path, size, time of change.
Fingerprint = frozenset[tuple[str, int, int]]


class Watch:
    """Keeps a repository as its sources say.

    The newest version that can be loaded is, and each with a version label, and the candidates. A version
    that cannot be opened, whose files have changed, or that answers otherwise than when it was saved is
    refused, and the next older one is tried. What serves goes on whatever becomes of its folder.

    Args:
        open_version: opens and checks one version; raises if it must not be served.
        make_batcher: makes the batcher of a version.
        orders: what the workers were told.
        judge: decides on candidates.
        on_ready: called once, when the repository becomes ready.
        kept: the version labels that were read last, by whichever worker.
    """

    def __init__(
        self,
        sources: Sources,
        repository: Repository,
        open_version: Callable[[Path], Predictor],
        make_batcher: Callable[[Predictor], Batcher[Prediction]],
        orders: Orders,
        judge: Judge | None = None,
        on_ready: Callable[[], None] | None = None,
        kept: KeptLabels | None = None,
    ) -> None:
        self._sources = sources
        self._repository = repository
        self._open_version = open_version
        self._make_batcher = make_batcher
        self._orders = orders
        self._on_ready = on_ready
        self._stopped = threading.Event()
        self._teller = Teller()
        self._labels_file = LabelsFile(sources.state, self._teller, kept or KeptLabels())
        self._follower = Follower(sources, repository, self._labels_file, orders, judge, self._teller)
        # What the last look has seen.
        self._standing = Standing()
        self._labels: VersionLabels = {}
        self._labels_seen: object = None
        # Whether it could not see the folder: then it looks again, however seldom it shall.
        self._blind = False
        self._refused: dict[tuple[str, int], Fingerprint] = {}

    def start(self) -> None:
        """Begins to look and to follow, in threads of their own."""
        self._follower.start()
        threading.Thread(target=self._run, name="watch", daemon=True).start()

    def stop(self) -> None:
        """Ends both; what is loaded stays."""
        self._follower.stop()
        self._stopped.set()

    def _run(self) -> None:
        reload_s = self._sources.reload_s
        looked_at: float | None = None
        while not self._stopped.is_set():
            due = looked_at is None or self._blind or (reload_s and time.monotonic() - looked_at >= reload_s)
            try:
                if due or self._has_news():
                    looked_at = time.monotonic()
                    self.look()
            except Exception as error:  # the watch outlives whatever one look meets
                self._teller.tell("watch_failed", repr(error))
                # Also where the folder is looked at once only: that look may have been this one.
                looked_at = None
                self._stopped.wait(_AFTER_FAILURE_S)
            else:
                self._teller.tell("watch_failed", None)
            self._stopped.wait(min(TICK_S, reload_s) if reload_s else TICK_S)

    def _has_news(self) -> bool:
        if self._orders.standing().number != self._standing.number:
            return True
        # A file that can be read again may look as it did before.
        return self._labels_file.facts() != self._labels_seen or self._labels_file.read() != self._labels

    def look(self) -> None:
        """Looks now: loads what is new and good, and says who answers."""
        self._standing = standing = self._orders.standing()
        # The facts first: what changes between the two is news once more.
        self._labels_seen = self._labels_file.facts()
        self._labels = self._labels_file.read()
        found = self._find_versions()
        for name, versions in found.items():
            self._repository.meet(name, versions)
        for name in self._repository.known():
            if name in standing.unloaded:
                self._refused = {key: seen for key, seen in self._refused.items() if key[0] != name}
                self._follower.unload(name)
            else:
                self._serve(name, found.get(name, []))
        self._mark_missing(found)
        self._follower.candidates.looked(found, self._labels, self._orders.standing())
        if self._repository.looked() and self._on_ready:
            self._on_ready()
        self._orders.carried_out(standing.number)

    def _serve(self, name: str, versions: list[int]) -> None:
        """Loads what is wanted of one model, the versions that answer first, and says who answers."""
        labels = self._labels.get(name, {})
        wanted = sorted(labels.values(), key=lambda version: version != labels.get(STABLE))
        for version in dict.fromkeys(wanted):
            self._load(name, version, versions)
            self._follower.assign(name, at_first=labels, retire=True, last=False)
        # A candidate becomes the newest only where there is nothing else.
        now = self._orders.standing()
        trials = self._sources.trials(name, labels, now)
        known = {*versions, *self._repository.loaded_versions(name)}
        withdrawn = {*trials, *now.withdrawn.get(name, {})}
        for version in sorted(known, key=lambda version: (version in withdrawn, -version)):
            if self._load(name, version, versions):
                self._follower.newest[name] = version
                break
        self._follower.assign(name, at_first=labels, retire=True, last=False)
        # One that was withdrawn while others were loaded is loaded no more.
        for version in self._sources.trials(name, labels, self._orders.standing()):
            self._load(name, version, versions)
        self._follower.assign(name, at_first=labels, retire=True)

    def _load(self, name: str, version: int, versions: list[int]) -> bool:
        """Whether the version is loaded, after it has been tried."""
        if version in self._repository.loaded_versions(name):
            return True
        if version not in versions:
            return False
        path = self._sources.artifacts / name / str(version)
        fingerprint = _fingerprint(path)
        # Refused once; tried again only after its files have changed (it may have been half copied).
        if self._refused.get((name, version)) == fingerprint:
            return False
        self._repository.set_status(name, VersionStatus(version, "LOADING"))
        try:
            predictor = self._opened(path)
            loaded = LoadedVersion(name, version, predictor, self._make_batcher(predictor))
        except EngramError as error:
            reason = str(error)
        except Exception as error:
            reason = f"{path} cannot be loaded: {type(error).__name__}: {error}"
        else:
            self._refused.pop((name, version), None)
            self._repository.add(loaded)
            return True
        self._refused[name, version] = fingerprint
        self._repository.set_status(name, VersionStatus(version, "END", reason))
        log_event("version_refused", "error", model=name, version=version, reason=reason)
        return False

    def _opened(self, path: Path) -> Predictor:
        """The version, opened; once more where that crashes.

        An import fails where another thread is in the middle of the same one; the second time it is done.
        """
        try:
            return self._open_version(path)
        except EngramError:
            raise
        except Exception as error:
            log_event("loading_crashed", "warning", path=str(path), reason=repr(error))
        return self._open_version(path)

    def _find_versions(self) -> dict[str, list[int]]:
        folder = self._sources.artifacts
        found = {}
        try:
            names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
        except OSError as error:
            self._blind = True
            self._teller.tell("artifacts_unreadable", f"{folder} cannot be read: {error.strerror}")
            return {}
        self._blind = False
        self._teller.tell("artifacts_unreadable", None)
        for name in names:
            try:
                versions = list_versions(folder / name)
            except OSError as error:
                self._teller.tell(
                    f"model_unreadable {name}", f"{folder / name} cannot be read: {error.strerror}"
                )
                continue
            self._teller.tell(f"model_unreadable {name}", None)
            if versions:
                found[name] = versions
        return found

    def _mark_missing(self, found: Mapping[str, list[int]]) -> None:
        """A version that answers though its folder is gone says so in its status."""
        for name in self._repository.known():
            for version in self._repository.loaded_versions(name):
                message = ""
                if version not in found.get(name, []):
                    path = self._sources.artifacts / name / str(version)
                    message = f"{path} is gone or cannot be read; what was loaded from it still answers"
                self._repository.set_status(name, VersionStatus(version, "AVAILABLE", message))


def _fingerprint(path: Path) -> Fingerprint:
    """Changes when a file of the version is added, removed or written."""
    found = set()
    try:
        for file in path.rglob("*"):
            facts = file.stat()
            found.add((str(file), facts.st_size, facts.st_mtime_ns))
    except OSError:
        pass  # it changes while we look: what was seen so far is a fingerprint of its own
    return frozenset(found)
