"""Which model a request of TensorFlow Serving's API asks, and its words for what is not there."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from models.runtime.manifest import Manifest
from service.errors import LabelNotFoundError, ModelNotFoundError, ModelUnavailableError, VersionNotFoundError
from service.handlers import Answered, Handlers, Trace
from service.versions import LoadedVersion


@dataclass(frozen=True, slots=True)
class Asked:
    """The model of a path, with a version, a version label or neither."""

    name: str
    version: int | None = None
    label: str | None = None

    def answer(
        self,
        handlers: Handlers,
        texts: Sequence[str],
        trace: Trace,
        check: Callable[[Manifest], None] | None = None,
    ) -> Answered:
        """Who answered, and one prediction a text; ``check`` is called first.

        Raises:
            RequestError: there is none.
        """
        with self.naming():
            return handlers.answer(
                texts, trace, self.name, version=self.version, label=self.label, check=check
            )

    @contextmanager
    def use(self, handlers: Handlers) -> Iterator[LoadedVersion]:
        """Holds the version that answers.

        Raises:
            RequestError: there is none.
        """
        with self.naming(), handlers.repository.use(self.name, self.version, self.label) as loaded:
            yield loaded

    @contextmanager
    def naming(self) -> Iterator[None]:
        """Says what is not there as TensorFlow Serving does."""
        wanted = f"Latest({self.name})"
        if self.version is not None:
            wanted = f"Specific({self.name}, {self.version})"
        try:
            yield
        except LabelNotFoundError as error:
            raise LabelNotFoundError(f"Unrecognized servable version label: {self.label}") from error
        except (ModelNotFoundError, VersionNotFoundError, ModelUnavailableError) as error:
            raise type(error)(f"Servable not found for request: {wanted}") from error
