"""Takes the right label of an answer: finds the text by the id of its request, writes both down."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from models.errors import ConfigError
from models.nearest import nearest
from models.runtime.kind import kind_of
from models.runtime.locks import locked_folder
from models.runtime.manifest import TAGGING, Manifest
from models.text.plain import make_valid
from service.concurrency import Concurrency
from service.errors import (
    AnswerExpiredError,
    AnswerNotFoundError,
    FeedbackGivenError,
    FeedbackUnavailableError,
    FeedbackUnsupportedError,
    InvalidRequestError,
    ModelNotFoundError,
    OtherModelError,
    UnknownLabelError,
)
from service.feedback.folder import ANSWERS, prepare_folder
from service.feedback.ring import Ring
from service.feedback.rows import append_row
from service.feedback.schemas import FeedbackRequest
from service.handlers import Trace
from service.logs import Teller
from service.metrics import Metrics
from service.peers import Peers
from service.repository import Repository
from service.settings import Settings

# A guess of what telling takes: too long to hold up other requests.
_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Told:
    """A label that was taken. ``new``: it was not known before."""

    model: str
    version: int
    labels: Sequence[str]
    new: bool


class Feedback:
    """Remembers what was answered, and takes what is told of it.

    While its folder cannot be used, it takes nothing and the log says so; everything else goes on.
    """

    def __init__(
        self,
        settings: Settings,
        repository: Repository,
        metrics: Metrics,
        concurrency: Concurrency,
        peers: Peers | None = None,
    ) -> None:
        assert settings.feedback is not None
        self._folder = settings.feedback
        self._repository = repository
        self._concurrency = concurrency
        self._teller = Teller()
        self._prepared = False
        self._counter = metrics.feedback
        self._ring = Ring(self._folder / ANSWERS, settings.feedback_s, settings.feedback_bytes)
        # A process of its own makes the folder; in a worker, one that is missing was made before and is lost.
        self._prepare(make=peers is None)

    def remember(self, request_id: str, trace: Trace | None) -> None:
        """After every request: remembers its answer, if it has one, and forgets old ones; never fails."""
        if not self._prepared and not self._prepare():
            return
        try:
            if trace is not None and trace.answered is not None:
                self._ring.add(_key(request_id, trace.caller), _record(trace))
            self._ring.clean()
            self._teller.tell("answers_not_kept", None)
        except OSError as error:
            # The folder may be gone: what is missing of it is made again.
            self._prepared = False
            self._teller.tell("answers_not_kept", str(error), "warning")

    def take(self, request: FeedbackRequest, trace: Trace) -> Told:
        """Writes the right label of an answer down.

        Raises:
            AnswerNotFoundError, AnswerExpiredError: no answer of that request is known, or no more.
            InvalidRequestError: it is not said which text of the request is meant, or there is none such.
            OtherModelError: another model or version answered.
            FeedbackUnsupportedError: the model tags, or nothing stands in the text.
            UnknownLabelError: the model has no such label.
            FeedbackGivenError: another label was told before.
            FeedbackUnavailableError: it cannot be written down.
        """
        return self._concurrency.compute(lambda: self._take(request, trace), seconds=_SECONDS)

    def _prepare(self, make: bool = False) -> bool:
        """Whether the folder can be used; what is missing in it is made."""
        try:
            prepare_folder(self._folder, make)
        except ConfigError as error:
            self._teller.tell("feedback_unusable", str(error))
            return False
        self._teller.tell("feedback_unusable", None)
        self._prepared = True
        return True

    def _take(self, request: FeedbackRequest, trace: Trace) -> Told:
        if not self._prepared and not self._prepare():
            raise FeedbackUnavailableError("the feedback cannot be written: the service's log says why")
        try:
            with locked_folder(self._folder):
                return self._write(request, trace)
        except OSError as error:
            self._prepared = False
            raise FeedbackUnavailableError(f"the feedback cannot be written: {error.strerror}") from error

    def _write(self, request: FeedbackRequest, trace: Trace) -> Told:
        key = _key(request.request_id, trace.caller)
        answer, told_before = self._find(key, request)
        trace.model, trace.version = model, version = answer["model"], answer["version"]
        manifest = self._manifest(model, version)
        place = _place(request, answer, manifest)
        labels = _labels(request, manifest)
        before = told_before.get(place)
        if before is not None:
            if before != labels:
                raise FeedbackGivenError(f"this text was said to be {_shown(before)} before")
            return Told(model, version, labels, new=False)
        row = {
            "text": make_valid(answer["texts"][place]),
            **({"labels": labels} if manifest.task == "multilabel" else {"label": labels[0]}),
            "request_id": request.request_id,
            "model": model,
            "version": version,
            "time": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "answered": answer["answers"][place],
        }
        append_row(self._folder / f"{model}.jsonl", row)
        with contextlib.suppress(OSError):
            # It is written down; at worst it will be once more.
            self._ring.add(key, {"told": place, "labels": labels})
        agrees = sorted(labels) == sorted(_as_list(answer["answers"][place]))
        self._counter.labels(model, str(version), "yes" if agrees else "no").inc()
        return Told(model, version, labels, new=True)

    def _find(self, key: str, request: FeedbackRequest) -> tuple[dict[str, Any], dict[int, list[str]]]:
        """The last answer with that key, and what was told of its texts since."""
        records = self._ring.find(key)
        answers = [i for i, record in enumerate(records) if "texts" in record]
        if not answers:
            raise AnswerNotFoundError(
                f"no answer to a request {request.request_id!r} of yours is known; send the X-Request-ID "
                "of the reply, not one that you chose; answers are remembered "
                f"for {self._ring.keep_s:g} s at most"
            )
        answer = records[answers[-1]]
        if self._ring.is_old(answer):
            raise AnswerExpiredError(f"that was answered more than {self._ring.keep_s:g} s ago")
        for name, asked in (("model", request.model), ("version", request.version)):
            if asked not in (None, answer[name]):
                raise OtherModelError(f"{name} {answer[name]!r} answered that request, not {asked!r}")
        told = {record["told"]: record["labels"] for record in records[answers[-1] + 1 :] if "told" in record}
        return answer, told

    def _manifest(self, model: str, version: int) -> Manifest:
        """Of the version that answered; where it is gone, of the one that serves now."""
        for offer in self._repository.offers():
            if offer.name == model:
                known = {manifest.version: manifest for manifest in offer.manifests}
                return known.get(version) or known[offer.serves]
        raise ModelNotFoundError(f"model {model!r}, which answered that request, is no longer served")


def _key(request_id: str, caller: str) -> str:
    # Nobody can speak of what another one asked.
    return f"{request_id} {caller}"


def _record(trace: Trace) -> dict[str, Any]:
    assert trace.answered is not None
    loaded, predictions, texts = trace.answered
    manifest = loaded.predictor.manifest
    who = {"model": loaded.name, "version": loaded.version}
    if manifest.task in TAGGING:
        return {**who, "texts": [], "answers": []}
    if manifest.task == "multilabel":
        answers: list[Any] = [[score.label for score in each.answer.labels] for each in predictions]
    else:
        answers = [manifest.labels[each.answer.best] for each in predictions]
    return {**who, "texts": list(texts), "answers": answers}


def _place(request: FeedbackRequest, answer: dict[str, Any], manifest: Manifest) -> int:
    if manifest.task in TAGGING:
        raise FeedbackUnsupportedError(
            f"{manifest.name!r} is {kind_of(manifest.task)}; feedback is taken for classification and "
            "multilabel models"
        )
    count, place = len(answer["texts"]), request.index
    if place is None and count > 1:
        raise InvalidRequestError(f"that request had {count} texts; say which with 'index', from 0 on")
    place = place or 0
    if place >= count:
        raise InvalidRequestError(f"'index' is {place}, but that request had {count} texts; the first is 0")
    if not answer["texts"][place].strip():
        raise FeedbackUnsupportedError("nothing stands in that text, so nothing can be learned from it")
    return place


def _labels(request: FeedbackRequest, manifest: Manifest) -> list[str]:
    if manifest.task == "multilabel":
        if request.labels is None:
            raise InvalidRequestError(f"{manifest.name!r} gives several labels a text; send 'labels', a list")
        labels = sorted(set(request.labels))
    elif request.label is None:
        raise InvalidRequestError(f"{manifest.name!r} gives one label a text; send 'label'")
    else:
        labels = [request.label]
    for label in labels:
        if label not in manifest.labels:
            near = nearest(label, manifest.labels)
            question = f"did you mean {near!r}? It" if near else "it"
            raise UnknownLabelError(
                f"{manifest.name!r} has no label {label!r}; {question} has: {', '.join(manifest.labels)}"
            )
    return labels


def _as_list(answer: Any) -> list[str]:
    return answer if isinstance(answer, list) else [answer]


def _shown(labels: Sequence[str]) -> str:
    return ", ".join(map(repr, labels)) or "none of the labels"
