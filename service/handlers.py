"""Answers parsed requests. Knows no Flask and no HTTP, only what a request asks and what it can fail with."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from models.runtime.explain import explanation_as_dict
from models.runtime.manifest import Manifest
from models.runtime.predictor import Prediction, prediction_as_dict
from service.concurrency import Threads
from service.errors import NoTextsError, TextTooLongError, TooManyTextsError
from service.explaining import Explainer
from service.reply_size import check_reply, probabilities_listed
from service.repository import Repository, VersionStatus
from service.schemas import PredictRequest
from service.settings import Settings
from service.trials import Trials
from service.versions import LoadedVersion

Answered = tuple[LoadedVersion, Sequence[Prediction]]

MOST_EXPLAINED = 16
"""Texts of one request for explanations: each costs as much as some hundred answers."""


@dataclass(slots=True)
class Trace:
    """What a request turned out to be about, for its log line and its metrics.

    ``started`` is the ``time.perf_counter()`` of its arrival; ``caller`` the name of the key that came along;
    ``code`` that of the error it failed with; ``texts`` what was asked, where the log shall hold it;
    ``answered`` who answered what to which texts, where feedback is taken.
    """

    started: float
    model: str = ""
    version: int = 0
    rows: int = 0
    caller: str = ""
    code: str = ""
    texts: Sequence[str] = ()
    answered: tuple[LoadedVersion, Sequence[Prediction], Sequence[str]] | None = None


class Handlers:
    """The calls of the service."""

    def __init__(
        self,
        settings: Settings,
        repository: Repository,
        trials: Trials | None = None,
        explainer: Explainer | None = None,
    ) -> None:
        self.settings = settings
        self.repository = repository
        self._trials = trials or Trials()
        self._explainer = explainer or Explainer(Threads())

    def predict(self, request: PredictRequest, trace: Trace) -> dict[str, Any]:
        """Answers ``/predict``.

        Raises:
            RequestError: the request cannot be answered.
        """
        texts = _texts(request)
        loaded, predictions = self.answer(
            texts,
            trace,
            request.model,
            version=request.version,
            label=request.version_label,
            listed=lambda manifest: probabilities_listed(manifest, request.top),
        )
        manifest = loaded.predictor.manifest
        return {
            "model": loaded.name,
            "version": loaded.version,
            "task": manifest.task,
            "predictions": [
                prediction_as_dict(prediction, manifest, request.top) for prediction in predictions
            ],
        }

    def explain(self, request: PredictRequest, trace: Trace) -> dict[str, Any]:
        """Answers ``/explain``. Asks the version that serves, never one on trial.

        Raises:
            RequestError: the request cannot be answered.
        """
        texts = _texts(request)
        deadline = time.monotonic() + self.settings.timeout_s
        with self.repository.use(request.model, request.version, request.version_label) as loaded:
            self._note(trace, loaded, texts)
            self._check_sizes(texts, most=min(MOST_EXPLAINED, self.settings.max_texts))
            explanations = self._explainer.run(loaded.predictor, texts, deadline, request.top)
            manifest = loaded.predictor.manifest
            return {
                "model": loaded.name,
                "version": loaded.version,
                "task": manifest.task,
                "explanations": [explanation_as_dict(each, manifest, request.top) for each in explanations],
            }

    def answer(
        self,
        texts: Sequence[str],
        trace: Trace,
        name: str | None,
        *,
        version: int | None = None,
        label: str | None = None,
        check: Callable[[Manifest], None] | None = None,
        listed: Callable[[Manifest], int] = probabilities_listed,
    ) -> Answered:
        """Who answered, and one prediction a text, computed together with what other requests ask.

        Args:
            name: the model; None: the only one, or the default one.
            version: the version; None: the one with the label, else the one that serves.
            label: the version label.
            check: called before anything is computed; what it raises is the answer.
            listed: how many probabilities the reply lists for one text.

        Raises:
            RequestError: there is no such version; a limit is exceeded; the answer was not there in time.
        """
        deadline = time.monotonic() + self.settings.timeout_s
        use = self.repository.use(name, version, label)
        with use as loaded:
            if check:
                check(loaded.predictor.manifest)
            self._note(trace, loaded, texts)
            self._check_sizes(texts, self.settings.max_texts)
            check_reply(len(texts) * listed(loaded.predictor.manifest))
            if use.trial is not None:
                loaded, predictions = self._trials.answer(use.trial, loaded, texts, deadline)
                trace.version = loaded.version
            else:
                encode = loaded.predictor.encode
                predictions = loaded.batcher.run([encode(text) for text in texts], deadline)
            if self.settings.feedback:
                trace.answered = (loaded, predictions, texts)
            return loaded, predictions

    def versions(self, name: str, version: int | None = None) -> list[VersionStatus]:
        """Statuses of one or all versions of a model, newest first; empty if there is none."""
        statuses = self.repository.statuses(name)
        return [status for status in statuses if version in (None, status.version)]

    def _note(self, trace: Trace, loaded: LoadedVersion, texts: Sequence[str]) -> None:
        trace.model, trace.version, trace.rows = loaded.name, loaded.version, len(texts)
        if self.settings.log_texts:
            trace.texts = texts

    def _check_sizes(self, texts: Sequence[str], most: int) -> None:
        if len(texts) > most:
            raise TooManyTextsError(f"the request has {len(texts)} texts; at most {most} are allowed")
        for number, text in enumerate(texts, start=1):
            if len(text) > self.settings.max_characters:
                raise TextTooLongError(
                    f"text {number} has {len(text)} characters; "
                    f"at most {self.settings.max_characters} are allowed"
                )


def _texts(request: PredictRequest) -> list[str]:
    texts = [request.text] if request.text is not None else request.texts or []
    if not texts:
        raise NoTextsError("'texts' is empty; send at least one text")
    return texts
