"""The models that are served: which versions are loaded, which of them answers, who still uses the others."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.nearest import nearest
from models.runtime.manifest import Manifest
from service.errors import (
    LabelNotFoundError,
    ModelNotFoundError,
    ModelRequiredError,
    ModelUnavailableError,
    NotReadyError,
    VersionNotFoundError,
)
from service.logs import log_event
from service.trial import Trial
from service.versions import LoadedVersion, Use, VersionStatus

if TYPE_CHECKING:
    from service.candidates import CandidateStatus

__all__ = ["STABLE", "LabelStatus", "LoadedVersion", "Repository", "Use", "VersionStatus"]

# The version label that answers where a request names neither a version nor a label.
STABLE = "stable"


@dataclass(frozen=True, slots=True)
class LabelStatus:
    """Which version answers for a version label, and which one shall as soon as it is loaded."""

    version: int | None
    pending: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that answers: which version serves, its version labels, its loaded versions newest first."""

    name: str
    serves: int
    labels: dict[str, int]
    manifests: list[Manifest]


class Served:
    """What is known of one model; guarded by the repository's lock."""

    def __init__(self) -> None:
        self.loaded: dict[int, LoadedVersion] = {}
        self.statuses: dict[int, VersionStatus] = {}
        self.labels: dict[str, int] = {}
        self.pending: dict[str, int] = {}
        # What answers a request that names no version, and the candidates beside it.
        self.current: LoadedVersion | None = None
        self.trials: list[Trial] = []
        self.unloaded = False


class Repository:
    """The loaded versions of each model, and which of them a request gets.

    Who finds and loads them is :class:`service.watch.Watch`, who says which answer
    :class:`service.follower.Follower`. All methods may be called from any thread.

    Args:
        default_model: the model that answers where a request names none.
        sticky_key: what stays the same in the requests of one caller, or None; asked during a request.

    Attributes:
        candidates: where the candidates of each model stand.
    """

    def __init__(
        self, default_model: str | None = None, sticky_key: Callable[[], str | None] = lambda: None
    ) -> None:
        self._default_model = default_model
        self._sticky_key = sticky_key
        self._lock = threading.Lock()
        self._models: dict[str, Served] = {}
        self._looked = False
        self._ready = False
        # Replaced as a whole by the watch and the follower.
        self.candidates: Mapping[str, Sequence[CandidateStatus]] = {}

    @property
    def ready(self) -> bool:
        """Every model found at start is loaded or refused, and at least one is loaded."""
        return self._ready

    def names(self) -> list[str]:
        """Models that answer, sorted."""
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

    def labels(self) -> dict[str, dict[str, LabelStatus]]:
        """The version labels of every model that has some."""
        with self._lock:
            return {
                name: {
                    label: LabelStatus(model.labels.get(label), model.pending.get(label))
                    for label in sorted({*model.labels, *model.pending})
                }
                for name, model in sorted(self._models.items())
                if model.labels or model.pending
            }

    def offers(self) -> list[Offer]:
        """Every model that answers, by name."""
        with self._lock:
            return [
                Offer(
                    name,
                    model.current.version,
                    dict(sorted(model.labels.items())),
                    [
                        model.loaded[version].predictor.manifest
                        for version in sorted(model.loaded, reverse=True)
                    ],
                )
                for name, model in sorted(self._models.items())
                if model.current
            ]

    def serving(self, name: str) -> int | None:
        """The version of a model that answers where a request names none."""
        with self._lock:
            model = self._models.get(name)
            return model.current.version if model and model.current else None

    def trials(self) -> list[Trial]:
        """The candidates that are tried."""
        with self._lock:
            return [trial for model in self._models.values() for trial in model.trials]

    def use(self, name: str | None = None, version: int | None = None, label: str | None = None) -> Use:
        """Holds a loaded version while a request is answered: ``with repository.use() as loaded``.

        Args:
            name: the model; None takes the only one or the default one.
            version: None takes the one with the label, else the one that serves now.
            label: a version label.

        Raises:
            ModelRequiredError: several models are served and none is named.
            ModelNotFoundError: there is no such model.
            VersionNotFoundError: that version is not loaded.
            LabelNotFoundError: no version has that label.
            NotReadyError: no version is loaded yet.
            ModelUnavailableError: every version was refused, or the model was unloaded.
        """
        with self._lock:
            loaded, trial = self._find(name, version, label)
            loaded.users += 1
        return Use(loaded, trial, self._release)

    def labelled(self, name: str, label: str) -> int:
        """The version that answers for a version label.

        Raises:
            LabelNotFoundError: there is none.
        """
        with self._lock:
            model = self._models.get(name)
            if model is None or label not in model.labels:
                raise LabelNotFoundError(f"there is no version label {label!r} of model {name!r}")
            return model.labels[label]

    def _find(
        self, name: str | None, version: int | None, label: str | None
    ) -> tuple[LoadedVersion, Trial | None]:
        if name is None:
            name = self._only_model()
        model = self._models.get(name)
        if model is None:
            if not self._looked or not self._models:
                raise self._without_models()
            near = nearest(name, self._models)
            question = f"did you mean {near!r}? There are" if near else "there are"
            raise ModelNotFoundError(
                f"there is no model {name!r}; {question}: {', '.join(sorted(self._models))}"
            )
        if label is not None:
            version = self._labelled(name, model, label)
        if version is not None and version in model.loaded:
            return model.loaded[version], None
        current = model.current
        if current is None:
            raise self._without_version(name, model)
        if version is not None:
            loaded = ", ".join(map(str, sorted(model.loaded)))
            raise VersionNotFoundError(f"version {version} of model {name!r} is not loaded; loaded: {loaded}")
        if not model.trials:
            return current, None
        return self._with_trials(model, current)

    def _with_trials(self, model: Served, current: LoadedVersion) -> tuple[LoadedVersion, Trial | None]:
        shadow = None
        for trial in model.trials:
            if trial.kind == "shadow":
                shadow = trial
            elif trial.answers(self._sticky_key()):
                return trial.candidate, trial
        return current, shadow

    @staticmethod
    def _labelled(name: str, model: Served, label: str) -> int:
        if label in model.labels:
            return model.labels[label]
        if label in model.pending:
            raise NotReadyError(
                f"version {model.pending[label]} of model {name!r}, which is to be {label!r}, is not loaded; "
                f"GET /v1/models/{name} says where it stands"
            )
        near = nearest(label, [*model.labels, *model.pending])
        question = f"; did you mean {near!r}?" if near else ""
        raise LabelNotFoundError(f"there is no version label {label!r} of model {name!r}{question}")

    def _only_model(self) -> str:
        if self._default_model:
            return self._default_model
        names = [name for name, model in self._models.items() if model.current]
        if not self._ready or not names:
            raise self._without_models()
        if len(names) > 1:
            raise ModelRequiredError(
                f"several models are served; name one in 'model': {', '.join(sorted(names))}"
            )
        return names[0]

    def _without_models(self) -> NotReadyError | ModelUnavailableError:
        """Why no model answers."""
        statuses = [status for model in self._models.values() for status in model.statuses.values()]
        if not self._looked or any(status.state in ("START", "LOADING") for status in statuses):
            return NotReadyError("the models are being loaded; try again in a moment")
        if not self._models:
            return NotReadyError("there is no model yet: the folder of saved models is empty")
        names = ", ".join(sorted(self._models))
        return ModelUnavailableError(f"no model can be served; GET /v1/models/NAME says why, of {names}")

    def _without_version(self, name: str, model: Served) -> NotReadyError | ModelUnavailableError:
        if model.unloaded:
            return ModelUnavailableError(f"model {name!r} was unloaded")
        loading = any(status.state in ("START", "LOADING") for status in model.statuses.values())
        if loading or not self._looked:
            return NotReadyError(f"model {name!r} is being loaded; try again in a moment")
        return ModelUnavailableError(
            f"no version of model {name!r} can be served; GET /v1/models/{name} says why each was refused"
        )

    def _release(self, loaded: LoadedVersion) -> None:
        with self._lock:
            loaded.users -= 1
            if loaded.retired:
                self._end_if_unused(loaded)

    def _end_if_unused(self, loaded: LoadedVersion) -> None:
        """With the lock held: a retired version ends with its last request; then nothing refers to it."""
        if loaded.retired and not loaded.users:
            self._set_status(loaded.name, VersionStatus(loaded.version, "END"))

    def _set_status(self, name: str, status: VersionStatus) -> None:
        self._models[name].statuses[status.version] = status

    # What follows is for the watch and the follower.

    def meet(self, name: str, versions: list[int]) -> None:
        """The folder holds these versions of a model; what was refused and is gone is forgotten."""
        with self._lock:
            if name not in self._models:
                self._models[name] = Served()
                self._set_status(name, VersionStatus(versions[-1], "START"))
            statuses = self._models[name].statuses
            for gone in set(statuses) - set(versions):
                if statuses[gone].state in ("START", "END"):
                    del statuses[gone]

    def loaded_versions(self, name: str) -> frozenset[int]:
        """Versions of a model that are loaded."""
        with self._lock:
            model = self._models.get(name)
            return frozenset(model.loaded) if model else frozenset()

    def known(self) -> list[str]:
        """Every model that was ever met."""
        with self._lock:
            return sorted(self._models)

    def set_status(self, name: str, status: VersionStatus) -> None:
        """A version stands elsewhere now."""
        with self._lock:
            self._set_status(name, status)

    def add(self, loaded: LoadedVersion) -> None:
        """A version is loaded and may answer from now on."""
        with self._lock:
            model = self._models[loaded.name]
            model.loaded[loaded.version] = loaded
            model.unloaded = False
            self._set_status(loaded.name, VersionStatus(loaded.version, "AVAILABLE"))
        log_event("version_loaded", model=loaded.name, version=loaded.version)

    def assign(
        self,
        name: str,
        *,
        labels: Mapping[str, int],
        newest: int | None,
        trials: Mapping[int, float | None],
        retire: bool = True,
    ) -> None:
        """Says which loaded versions answer from now on, in one step; the others end with their last request.

        Args:
            labels: version labels; one whose version is not loaded stays where it was, and is pending.
            newest: answers where no version is named and none is labelled stable.
            trials: candidates with their percentage, None for a shadow.
            retire: False keeps the others, for whoever is about to use one that was loaded just now.
        """
        with self._lock:
            model = self._models[name]
            stay = {label: version for label, version in model.labels.items() if label in labels}
            at_once = {label: version for label, version in labels.items() if version in model.loaded}
            model.labels = stay | at_once
            model.pending = {label: version for label, version in labels.items() if label not in at_once}
            before = model.current
            version = model.labels.get(STABLE, newest)
            model.current = model.loaded.get(version) if version is not None else None
            self._set_trials(model, trials)
            if retire:
                self._retire(name, set(model.loaded) - {*model.labels.values(), *trials, newest})
        if model.current is not before:
            log_event(
                "version_serves",
                model=name,
                version=model.current.version if model.current else None,
                replaces=before.version if before else None,
            )

    def unload(self, name: str) -> None:
        """No version of the model answers any more."""
        with self._lock:
            model = self._models[name]
            if not model.unloaded:
                log_event("model_unloaded", model=name)
            model.unloaded = True
            model.labels, model.pending, model.current = {}, {}, None
            self._set_trials(model, {})
            self._retire(name, set(model.loaded))
            for status in list(model.statuses.values()):
                if status.state == "START":
                    self._set_status(name, VersionStatus(status.version, "END"))

    def _retire(self, name: str, versions: set[int]) -> None:
        for version in versions:
            retired = self._models[name].loaded.pop(version)
            self._set_status(name, VersionStatus(version, "UNLOADING"))
            retired.retired = True
            self._end_if_unused(retired)

    @staticmethod
    def _set_trials(model: Served, wanted: Mapping[int, float | None]) -> None:
        current = model.current
        pairs = [
            (model.loaded[version], current, percent)
            for version, percent in wanted.items()
            if current is not None and version in model.loaded and version != current.version
        ]
        kept = {(trial.candidate, trial.stable, trial.percent): trial for trial in model.trials}
        model.trials = [kept.get(pair) or Trial(*pair) for pair in pairs]

    def looked(self) -> bool:
        """All that the folder holds has been tried. Returns whether the repository is ready since now."""
        with self._lock:
            self._looked = True
        if self._ready or not self.names():
            return False
        self._ready = True
        log_event("ready", models=self.names())
        return True
