"""Answers parsed requests. Knows no Flask and no HTTP, only what a request asks and what it can fail with."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.runtime.predictor import Prediction, prediction_as_dict
from service.errors import LabelNotFoundError, NoTextsError, TextTooLongError, TooManyTextsError
from service.repository import LoadedVersion, Repository, Use, VersionStatus
from service.schemas import PredictRequest
from service.settings import Settings


@dataclass(slots=True)
class Trace:
    """What a request turned out to be about, for its log line and its metrics.

    ``started`` is the ``time.perf_counter()`` of its arrival; ``caller`` the name of the key that came along.
    """

    started: float
    model: str = ""
    version: int = 0
    rows: int = 0
    caller: str = ""


class Handlers:
    """The calls of the service."""

    def __init__(self, settings: Settings, repository: Repository) -> None:
        self.settings = settings
        self.repository = repository

    def predict(self, request: PredictRequest, trace: Trace) -> dict[str, Any]:
        """Answers ``/predict``.

        Raises:
            RequestError: the request cannot be answered.
        """
        texts = [request.text] if request.text is not None else request.texts or []
        if not texts:
            raise NoTextsError("'texts' is empty; send at least one text")
        deadline = time.monotonic() + self.settings.timeout_s
        with self.use(request.model, request.version, request.version_label) as loaded:
            predictions = self.ask(loaded, texts, deadline, trace)
            manifest = loaded.predictor.manifest
            return {
                "model": loaded.name,
                "version": loaded.version,
                "task": manifest.task,
                "predictions": [
                    prediction_as_dict(prediction, manifest, request.top) for prediction in predictions
                ],
            }

    def use(self, name: str | None, version: int | None = None, label: str | None = None) -> Use:
        """Holds the version that shall answer: ``with handlers.use("reviews") as loaded``.

        Raises:
            RequestError: there is none.
        """
        if label is not None:
            raise LabelNotFoundError(f"there is no version label {label!r}")
        return self.repository.use(name, version)

    def labelled(self, name: str, label: str) -> int:
        """The version that has a version label.

        Raises:
            LabelNotFoundError: none has.
        """
        raise LabelNotFoundError(f"there is no version label {label!r} of model {name!r}")

    def ask(
        self, loaded: LoadedVersion, texts: Sequence[str], deadline: float, trace: Trace
    ) -> Sequence[Prediction]:
        """One prediction a text, computed together with what other requests ask at the same time.

        Raises:
            TooManyTextsError: there are more texts than one request may hold.
            TextTooLongError: a text has too many characters.
            QueueFullError: too much is waiting already.
            DeadlineError: the answer was not there in time.
        """
        trace.model, trace.version, trace.rows = loaded.name, loaded.version, len(texts)
        self._check_sizes(texts)
        encode = loaded.predictor.encode
        return loaded.batcher.run([encode(text) for text in texts], deadline)

    def versions(self, name: str, version: int | None = None) -> list[VersionStatus]:
        """Statuses of one or all versions of a model, newest first; empty if there is none."""
        statuses = self.repository.statuses(name)
        return [status for status in statuses if version in (None, status.version)]

    def _check_sizes(self, texts: Sequence[str]) -> None:
        if len(texts) > self.settings.max_texts:
            raise TooManyTextsError(
                f"the request has {len(texts)} texts; at most {self.settings.max_texts} are allowed"
            )
        for number, text in enumerate(texts, start=1):
            if len(text) > self.settings.max_characters:
                raise TextTooLongError(
                    f"text {number} has {len(text)} characters; "
                    f"at most {self.settings.max_characters} are allowed"
                )
