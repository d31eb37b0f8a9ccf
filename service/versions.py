"""One version of a model: where it stands, and how requests hold it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from models.runtime.predictor import Prediction, Predictor
from service.batching import Batcher

if TYPE_CHECKING:
    from service.trial import Trial

State = Literal["START", "LOADING", "AVAILABLE", "UNLOADING", "END"]


@dataclass(frozen=True, slots=True)
class VersionStatus:
    """Where a version stands, in TensorFlow Serving's words.

    The message says why it was refused, or why it still answers although its folder is gone.
    """

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
        # Guarded by the repository's lock: requests that use it now, and whether it shall take no more.
        self.users = 0
        self.retired = False

    @property
    def key(self) -> tuple[str, int]:
        """Which version of which model it is."""
        return self.name, self.version


class Use:
    """A version held by a request, until the end of its ``with``.

    Attributes:
        trial: the candidate that is tried with this request, if any.
    """

    __slots__ = ("_loaded", "_release", "trial")

    def __init__(
        self, loaded: LoadedVersion, trial: "Trial | None", release: Callable[[LoadedVersion], None]
    ) -> None:
        self.trial = trial
        self._loaded = loaded
        self._release = release

    def __enter__(self) -> LoadedVersion:
        return self._loaded

    def __exit__(self, *_: object) -> None:
        self._release(self._loaded)
