"""Finds versions in a folder, loads them in the background, and says which of them answer."""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.errors import EngramError
from models.runtime.location import list_versions
from models.runtime.predictor import Prediction, Predictor
from models.runtime.version_labels import FILE as LABELS_FILE
from models.runtime.version_labels import VersionLabels, read_version_labels
from service.batching import Batcher
from service.judge import Judge
from service.logs import log_event
from service.orders import Orders, Standing
from service.plans import Plan
from service.repository import STABLE, Repository
from service.versions import LoadedVersion, VersionStatus

# So often orders and version labels are looked at, which costs next to nothing.
_TICK_S = 0.5
_AFTER_FAILURE_S = 1.0

# Files of a version and what a change of them looks like from outside: path, size, time of change.
Fingerprint = frozenset[tuple[str, int, int]]


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
    ) -> None:
        self._sources = sources
        self._repository = repository
        self._open_version = open_version
        self._make_batcher = make_batcher
        self._orders = orders
        self._judge = judge
        self._on_ready = on_ready
        self._stopped = threading.Event()
        self._standing = Standing()
        self._labels: VersionLabels = {}
        self._labels_seen: object = None
        self._refused: dict[tuple[str, int], Fingerprint] = {}
        self._newest: dict[str, int] = {}
        self._told: dict[str, str | None] = {}

    def start(self) -> None:
        """Begins to look, in a thread of its own."""
        threading.Thread(target=self._run, name="watch", daemon=True).start()

    def stop(self) -> None:
        """Ends the looking; what is loaded stays."""
        self._stopped.set()

    def _run(self) -> None:
        reload_s = self._sources.reload_s
        looked_at: float | None = None
        while not self._stopped.is_set():
            due = looked_at is None or (reload_s and time.monotonic() - looked_at >= reload_s)
            try:
                if due or self._has_news():
                    looked_at = time.monotonic()
                    self.look()
                if self._judge:
                    self._judge.judge(self._repository.trials())
            except Exception as error:  # the watch outlives whatever one look meets
                self._tell("watch_failed", repr(error))
                # Also where the folder is looked at once only: that look may have been this one.
                looked_at = None
                self._stopped.wait(_AFTER_FAILURE_S)
            else:
                self._tell("watch_failed", None)
            self._stopped.wait(min(_TICK_S, reload_s) if reload_s else _TICK_S)

    def _has_news(self) -> bool:
        if self._orders.standing().number != self._standing.number:
            return True
        return self._labels_file() != self._labels_seen

    def look(self) -> None:
        """Looks now: loads what is new and good, and says who answers."""
        self._standing = standing = self._orders.standing()
        self._read_labels()
        found = self._find_versions()
        for name, versions in found.items():
            self._repository.meet(name, versions)
        for name in self._repository.known():
            if name in standing.unloaded:
                self._refused = {key: seen for key, seen in self._refused.items() if key[0] != name}
                self._newest.pop(name, None)
                self._repository.unload(name)
            else:
                self._serve(name, found.get(name, []))
        self._mark_missing(found)
        if self._repository.looked() and self._on_ready:
            self._on_ready()
        self._orders.carried_out(standing.number)

    def _serve(self, name: str, versions: list[int]) -> None:
        """Loads what is wanted of one model, the versions that answer first, and says who answers."""
        labels = self._labels.get(name, {})
        trials = self._trials(name, labels)
        wanted = sorted(labels.values(), key=lambda version: version != labels.get(STABLE))
        for version in dict.fromkeys(wanted):
            self._load(name, version, versions)
            self._assign(name, labels, trials, last=False)
        # A candidate becomes the newest only where there is nothing else.
        known = {*versions, *self._repository.loaded_versions(name)}
        withdrawn = {*trials, *self._standing.withdrawn.get(name, {})}
        for version in sorted(known, key=lambda version: (version in withdrawn, -version)):
            if self._load(name, version, versions):
                self._newest[name] = version
                break
        self._assign(name, labels, trials, last=False)
        for version in trials:
            self._load(name, version, versions)
        self._assign(name, labels, trials, last=True)

    def _trials(self, name: str, labels: Mapping[str, int]) -> dict[int, float | None]:
        trials: dict[int, float | None] = {}
        for plans in (self._sources.shadows, self._sources.canaries):
            if (plan := plans.get(name)) is None:
                continue
            candidate = plan.candidate
            version = candidate if isinstance(candidate, int) else labels.get(candidate)
            if version is not None and version not in self._standing.withdrawn.get(name, {}):
                trials[version] = plan.percent
        return trials

    def _assign(
        self, name: str, labels: Mapping[str, int], trials: Mapping[int, float | None], *, last: bool
    ) -> None:
        loaded = self._repository.loaded_versions(name)
        # While the version that shall answer is still to be tried, no other one steps in.
        waits = not last and STABLE in labels and labels[STABLE] not in loaded
        if not waits:
            self._repository.assign(name, labels=labels, newest=self._newest.get(name), trials=trials)

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
            self._tell("artifacts_unreadable", f"{folder} cannot be read: {error.strerror}")
            return {}
        self._tell("artifacts_unreadable", None)
        for name in names:
            try:
                versions = list_versions(folder / name)
            except OSError as error:
                self._tell(f"model_unreadable {name}", f"{folder / name} cannot be read: {error.strerror}")
                continue
            self._tell(f"model_unreadable {name}", None)
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

    def _read_labels(self) -> None:
        seen = self._labels_file()
        if seen == self._labels_seen:
            return
        try:
            self._labels = read_version_labels(self._sources.state)
        except EngramError as error:
            self._tell("labels_unreadable", str(error))
        else:
            self._tell("labels_unreadable", None)
        self._labels_seen = seen

    def _labels_file(self) -> object:
        with contextlib.suppress(OSError):
            facts = (self._sources.state / LABELS_FILE).stat()
            return facts.st_ino, facts.st_size, facts.st_mtime_ns
        return None

    def _tell(self, event: str, reason: str | None) -> None:
        """Logs what is wrong, once until it changes."""
        if reason and reason != self._told.get(event):
            log_event(event.split()[0], "error", reason=reason)
        self._told[event] = reason


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
