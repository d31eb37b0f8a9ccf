"""The models that are served: found in a folder, loaded in the background, checked, swapped, kept."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models.errors import EngramError
from models.runtime.location import list_versions
from models.runtime.predictor import Prediction, Predictor
from service.batching import Batcher
from service.errors import (
    ModelNotFoundError,
    ModelRequiredError,
    ModelUnavailableError,
    NotReadyError,
    VersionNotFoundError,
)
from service.logs import log_event

State = Literal["START", "LOADING", "AVAILABLE", "UNLOADING", "END"]

# Files of a version and what a change of them looks like from outside: path, size, time of change.
Fingerprint = frozenset[tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class VersionStatus:
    """Where a version stands, in TensorFlow Serving's words; the message says why it was refused."""

    version: int
    state: State
    error_message: str = ""


class LoadedVersion:
    """One version that answers requests."""

    def __init__(self, name: str, version: int, predictor: Predictor, batcher: Batcher[Prediction]) -> None:
        self.name = name
        self.version = version
        self.predictor = predictor
        self.batcher = batcher
        # Guarded by the repository's lock: requests that use it now, and whether a newer one took its place.
        self.users = 0
        self.replaced = False


class Use:
    """A version held by a request, until the end of its ``with``."""

    __slots__ = ("_loaded", "_release")

    def __init__(self, loaded: LoadedVersion, release: Callable[[LoadedVersion], None]) -> None:
        self._loaded = loaded
        self._release = release

    def __enter__(self) -> LoadedVersion:
        return self._loaded

    def __exit__(self, *_: object) -> None:
        self._release(self._loaded)


class _Model:
    """What is known of one model; guarded by the repository's lock."""

    def __init__(self) -> None:
        self.current: LoadedVersion | None = None
        self.statuses: dict[int, VersionStatus] = {}
        self.refused: dict[int, Fingerprint] = {}


class Repository:
    """Serves the newest good version of each model below ``folder``.

    A version that cannot be opened, whose files have changed, or that answers otherwise than when it was
    saved is refused, and the next older one is tried. What serves goes on whatever becomes of the folder.

    Args:
        folder: holds ``NAME/VERSION/`` folders.
        open_version: opens and checks one version; raises if it must not be served.
        make_batcher: makes the batcher of a version.
        default_model: the model that answers where a request names none.
        reload_s: seconds between two looks at the folder; 0 looks once.
        on_ready: called once, when the service becomes ready.
    """

    def __init__(
        self,
        folder: Path,
        open_version: Callable[[Path], Predictor],
        make_batcher: Callable[[Predictor], Batcher[Prediction]],
        *,
        default_model: str | None = None,
        reload_s: float = 0.0,
        on_ready: Callable[[], None] | None = None,
    ) -> None:
        self._folder = folder
        self._open_version = open_version
        self._make_batcher = make_batcher
        self._default_model = default_model
        self._reload_s = reload_s
        self._on_ready = on_ready
        self._lock = threading.Lock()
        self._models: dict[str, _Model] = {}
        self._looked = False
        self._ready = False
        self._stopped = threading.Event()
        self._folder_error: str | None = None

    def start(self) -> None:
        """Begins to look for versions, in a thread of its own."""
        threading.Thread(target=self._watch, name="repository", daemon=True).start()

    def stop(self) -> None:
        """Ends the looking; what is loaded stays."""
        self._stopped.set()

    @property
    def ready(self) -> bool:
        """Every model found at start is loaded or refused, and at least one is loaded."""
        return self._ready

    def names(self) -> list[str]:
        """Models with a loaded version, sorted."""
        with self._lock:
            return sorted(name for name, model in self._models.items() if model.current)

    def statuses(self, name: str) -> list[VersionStatus]:
        """The known versions of a model, newest first; empty if there is no such model."""
        with self._lock:
            model = self._models.get(name)
            return sorted(model.statuses.values(), key=lambda status: -status.version) if model else []

    def overview(self) -> dict[str, list[VersionStatus]]:
        """The statuses of every model."""
        with self._lock:
            names = sorted(self._models)
        return {name: self.statuses(name) for name in names}

    def use(self, name: str | None = None, version: int | None = None) -> "Use":
        """Holds a loaded version while a request is answered: ``with repository.use() as loaded``.

        Args:
            name: the model; None takes the only one or the default one.
            version: None takes the one that serves now.

        Raises:
            ModelRequiredError: several models are served and none is named.
            ModelNotFoundError: there is no such model.
            VersionNotFoundError: that version is not loaded.
            NotReadyError: no version is loaded yet.
            ModelUnavailableError: every version was refused.
        """
        with self._lock:
            loaded = self._find(name, version)
            loaded.users += 1
        return Use(loaded, self._release)

    def _release(self, loaded: LoadedVersion) -> None:
        with self._lock:
            loaded.users -= 1
            if loaded.replaced:
                self._end_if_unused(loaded)

    def look(self) -> None:
        """Looks at the folder now: loads what is new and good."""
        try:
            names = sorted(entry.name for entry in self._folder.iterdir() if not entry.name.startswith("."))
        except OSError as error:
            self._report_folder(f"{self._folder} cannot be read: {error.strerror}")
            return
        self._report_folder(None)
        found = {name: versions for name in names if (versions := self._versions(name))}
        with self._lock:
            for name, versions in found.items():
                if name not in self._models:
                    self._models[name] = _Model()
                    self._models[name].statuses[versions[-1]] = VersionStatus(versions[-1], "START")
        for name, versions in found.items():
            self._load_newest_good(name, versions)
        with self._lock:
            self._looked = True
        self._become_ready()

    def _watch(self) -> None:
        while not self._stopped.is_set():
            try:
                self.look()
            except Exception as error:  # the watch outlives whatever one look meets
                log_event("repository_failed", "error", error=repr(error))
            if not self._reload_s or self._stopped.wait(self._reload_s):
                return

    def _versions(self, name: str) -> list[int]:
        try:
            return list_versions(self._folder / name)
        except OSError as error:
            log_event("model_unreadable", "warning", model=name, error=str(error))
            return []

    def _load_newest_good(self, name: str, versions: Sequence[int]) -> None:
        model = self._models[name]
        with self._lock:
            for gone in set(model.statuses) - set(versions):
                if model.statuses[gone].state == "END":
                    del model.statuses[gone]
                    model.refused.pop(gone, None)
        for version in sorted(versions, reverse=True):
            if model.current and model.current.version >= version:
                return
            path = self._folder / name / str(version)
            fingerprint = _fingerprint(path)
            # Refused once; tried again only after its files have changed (it may have been half copied).
            if model.refused.get(version) == fingerprint:
                continue
            loaded = self._load(name, version, path)
            if loaded:
                self._swap(model, loaded)
                return
            model.refused[version] = fingerprint

    def _load(self, name: str, version: int, path: Path) -> LoadedVersion | None:
        self._set_status(name, VersionStatus(version, "LOADING"))
        try:
            predictor = self._open_version(path)
            loaded = LoadedVersion(name, version, predictor, self._make_batcher(predictor))
        except EngramError as error:
            reason = str(error)
        except Exception as error:
            reason = f"{path} cannot be loaded: {type(error).__name__}: {error}"
        else:
            return loaded
        self._set_status(name, VersionStatus(version, "END", reason))
        log_event("version_refused", "error", model=name, version=version, reason=reason)
        return None

    def _swap(self, model: _Model, loaded: LoadedVersion) -> None:
        with self._lock:
            old, model.current = model.current, loaded
            model.statuses[loaded.version] = VersionStatus(loaded.version, "AVAILABLE")
            model.refused.pop(loaded.version, None)
            if old:
                model.statuses[old.version] = VersionStatus(old.version, "UNLOADING")
                old.replaced = True
                self._end_if_unused(old)
        log_event(
            "version_loaded", model=loaded.name, version=loaded.version, replaces=old.version if old else None
        )

    def _end_if_unused(self, loaded: LoadedVersion) -> None:
        """With the lock held: a replaced version ends with its last request; then nothing refers to it."""
        if loaded.replaced and not loaded.users:
            self._models[loaded.name].statuses[loaded.version] = VersionStatus(loaded.version, "END")

    def _find(self, name: str | None, version: int | None) -> LoadedVersion:
        if name is None:
            name = self._only_model()
        model = self._models.get(name)
        if model is None:
            if not self._looked or not self._models:
                raise NotReadyError("the models are being loaded; try again in a moment")
            raise ModelNotFoundError(
                f"there is no model {name!r}; there are: {', '.join(sorted(self._models))}"
            )
        if model.current is None:
            raise self._without_version(name, model)
        if version not in (None, model.current.version):
            raise VersionNotFoundError(
                f"version {version} of model {name!r} is not loaded; loaded: {model.current.version}"
            )
        return model.current

    def _only_model(self) -> str:
        if self._default_model:
            return self._default_model
        names = [name for name, model in self._models.items() if model.current]
        if not self._ready or not names:
            raise NotReadyError("the models are being loaded; try again in a moment")
        if len(names) > 1:
            raise ModelRequiredError(
                f"several models are served; name one in 'model': {', '.join(sorted(names))}"
            )
        return names[0]

    def _without_version(self, name: str, model: _Model) -> NotReadyError | ModelUnavailableError:
        loading = any(status.state in ("START", "LOADING") for status in model.statuses.values())
        if loading or not self._looked:
            return NotReadyError(f"model {name!r} is being loaded; try again in a moment")
        return ModelUnavailableError(
            f"no version of model {name!r} can be served; GET /v1/models/{name} says why each was refused"
        )

    def _set_status(self, name: str, status: VersionStatus) -> None:
        with self._lock:
            self._models[name].statuses[status.version] = status

    def _become_ready(self) -> None:
        if not self._ready and self.names():
            self._ready = True
            log_event("ready", models=self.names())
            if self._on_ready:
                self._on_ready()

    def _report_folder(self, error: str | None) -> None:
        if error and error != self._folder_error:
            log_event("artifacts_unreadable", "error", reason=error)
        self._folder_error = error


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
