"""Asks a service over HTTP from Python: ``Client``, and ``AsyncClient`` for asyncio.

    from service.client import Client

    with Client("http://127.0.0.1:8501") as client:
        print(client.predict("Warm, funny and beautifully acted.").label)

Needs httpx (``pip install httpx``) and pydantic, but neither Flask nor an engine; and nothing of the package
``models``, which a ``models.py`` beside the script that asks would hide.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, overload

import httpx

from service.feedback.schemas import FeedbackReply
from service.schemas import AnyPrediction, ExplainReply, Explanation, PredictReply

# The service's own default limit, and well below the bytes a body may have.
MOST_TEXTS = 256
_MOST_CHARACTERS = 1_000_000
_RETRIED = (429, 503)
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 10.0


class ServiceError(Exception):
    """The service refused a request, or did not answer it.

    Attributes:
        status: HTTP status; 0 where there was no answer.
        code: the service's code, such as ``MODEL_NOT_FOUND``; "" where there was none.
    """

    def __init__(self, message: str, status: int = 0, code: str = "") -> None:
        super().__init__(message)
        self.status, self.code = status, code

    @property
    def asks_for_less(self) -> bool:
        """The list or the body was too large, for the service or a proxy before it; no single text was."""
        return self.status == 413 and self.code != "TEXT_TOO_LONG"


class UnknownAnswerError(ValueError):
    """An answer that did not come from a client has no request to tell something about."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who shall answer, and how much of the answer is wanted; as the fields of ``POST /predict``."""

    model: str | None = None
    version: int | None = None
    version_label: str | None = None
    top: int | None = None

    def body(self, texts: Sequence[str]) -> dict[str, Any]:
        """The JSON of a request."""
        chosen = {"model": self.model, "version": self.version, "version_label": self.version_label}
        fields = {"texts": list(texts), **chosen, "top": self.top}
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is sent anew while the service is full, not ready or out of reach.

    Attributes:
        retries: times after the first.
    """

    retries: int = 5

    def wait_s(self, attempt: int, reply: httpx.Response | httpx.TransportError) -> float | None:
        """Seconds until the next attempt; None where there is none.

        Args:
            attempt: how many were made.
            reply: what the last one brought.
        """
        response = reply if isinstance(reply, httpx.Response) else None
        if attempt > self.retries or (response is not None and response.status_code not in _RETRIED):
            return None
        # Doubled each time; drawn, so that those who were refused together do not come back together.
        longest = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** (attempt - 1))
        wait = random.uniform(longest / 2, longest)
        asked = response.headers.get("Retry-After", "") if response is not None else ""
        return max(wait, min(_LONGEST_WAIT_S, float(asked))) if asked.isdecimal() else wait


class Client:
    """Asks a service; may be used by several threads.

    Args:
        url: of the service, such as ``http://127.0.0.1:8501``.
        key: an API key, where the service wants one.
        timeout_s: for one attempt.
        retries: attempts after the first while the service is full, not ready or out of reach.
        transport: of httpx, in place of its own.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        timeout_s: float = 30.0,
        retries: int = 5,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(
            base_url=url, headers=_headers(key), timeout=timeout_s, transport=transport, trust_env=False
        )
        self._patience = Patience(retries)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    @overload
    def predict(self, texts: str, **asked: Any) -> AnyPrediction: ...
    @overload
    def predict(self, texts: Sequence[str], **asked: Any) -> list[AnyPrediction]: ...
    def predict(self, texts: str | Sequence[str], **asked: Any) -> AnyPrediction | list[AnyPrediction]:
        """The answer to a text, or those to several, in order; long lists are sent in parts.

        Args:
            texts: one text or a sequence of them.
            asked: ``model``, ``version``, ``version_label``, ``top``.

        Raises:
            ServiceError: the service refuses, or cannot be reached.
        """
        if isinstance(texts, str):
            return self._predict([texts], Asked(**asked))[0]
        return list(self.stream(texts, **asked))

    def stream(self, texts: Iterable[str], **asked: Any) -> Iterator[AnyPrediction]:
        """The answers to any number of texts, as they come; reads no further ahead than one request.

        Args and Raises as for ``predict``.
        """
        wanted = Asked(**asked)
        for part in parts(texts):
            yield from self._predict(part, wanted)

    def explain(self, text: str, **asked: Any) -> Explanation:
        """Why a text is answered as it is. Args and Raises as for ``predict``."""
        reply = self._post("/explain", Asked(**asked).body([text]))
        return ExplainReply.model_validate(reply.json()).explanations[0]

    def feedback(
        self, answer: AnyPrediction | str, right: str | Sequence[str], *, index: int | None = None
    ) -> FeedbackReply:
        """Tells the service what an answer should have been, where it takes that (``ENGRAM_FEEDBACK``).

        Args:
            answer: what ``predict`` returned, or the ``X-Request-ID`` of a reply; not the one that its
                request sent.
            right: the right label; of a multilabel model all of them, as a list.
            index: with a request id, which of its texts is meant; may be left out where it had one.

        Raises:
            UnknownAnswerError: the answer is none of a client's.
            ServiceError: the service refuses, or cannot be reached.
        """
        return FeedbackReply.model_validate(self._post("/feedback", told(answer, right, index)).json())

    def _predict(self, texts: Sequence[str], asked: Asked) -> list[AnyPrediction]:
        try:
            return predictions_of(self._post("/predict", asked.body(texts)))
        except ServiceError as error:
            if not error.asks_for_less or len(texts) == 1:
                raise
        middle = len(texts) // 2
        return [*self._predict(texts[:middle], asked), *self._predict(texts[middle:], asked)]

    def _post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        attempt = 0
        while True:
            attempt += 1
            reply: httpx.Response | httpx.TransportError
            try:
                reply = self._http.post(path, json=body)
            except httpx.TransportError as error:
                reply = error
            wait = self._patience.wait_s(attempt, reply)
            if wait is None:
                return success_of(reply, self._http.base_url)
            time.sleep(wait)


class AsyncClient:
    """The same for asyncio; see ``Client``."""

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        timeout_s: float = 30.0,
        retries: int = 5,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=url, headers=_headers(key), timeout=timeout_s, transport=transport, trust_env=False
        )
        self._patience = Patience(retries)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    @overload
    async def predict(self, texts: str, **asked: Any) -> AnyPrediction: ...
    @overload
    async def predict(self, texts: Sequence[str], **asked: Any) -> list[AnyPrediction]: ...
    async def predict(self, texts: str | Sequence[str], **asked: Any) -> AnyPrediction | list[AnyPrediction]:
        """As ``Client.predict``."""
        if isinstance(texts, str):
            return (await self._predict([texts], Asked(**asked)))[0]
        return [prediction async for prediction in self.stream(texts, **asked)]

    async def stream(
        self, texts: Iterable[str] | AsyncIterable[str], **asked: Any
    ) -> AsyncIterator[AnyPrediction]:
        """As ``Client.stream``; the texts may come from an asynchronous iterator too."""
        wanted = Asked(**asked)
        if isinstance(texts, AsyncIterable):
            async for part in async_parts(texts):
                for prediction in await self._predict(part, wanted):
                    yield prediction
            return
        for part in parts(texts):
            for prediction in await self._predict(part, wanted):
                yield prediction

    async def explain(self, text: str, **asked: Any) -> Explanation:
        """As ``Client.explain``."""
        reply = await self._post("/explain", Asked(**asked).body([text]))
        return ExplainReply.model_validate(reply.json()).explanations[0]

    async def feedback(
        self, answer: AnyPrediction | str, right: str | Sequence[str], *, index: int | None = None
    ) -> FeedbackReply:
        """As ``Client.feedback``."""
        reply = await self._post("/feedback", told(answer, right, index))
        return FeedbackReply.model_validate(reply.json())

    async def _predict(self, texts: Sequence[str], asked: Asked) -> list[AnyPrediction]:
        try:
            return predictions_of(await self._post("/predict", asked.body(texts)))
        except ServiceError as error:
            if not error.asks_for_less or len(texts) == 1:
                raise
        middle = len(texts) // 2
        return [*await self._predict(texts[:middle], asked), *await self._predict(texts[middle:], asked)]

    async def _post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        attempt = 0
        while True:
            attempt += 1
            reply: httpx.Response | httpx.TransportError
            try:
                reply = await self._http.post(path, json=body)
            except httpx.TransportError as error:
                reply = error
            wait = self._patience.wait_s(attempt, reply)
            if wait is None:
                return success_of(reply, self._http.base_url)
            await asyncio.sleep(wait)


class _Part:
    """Texts that one request can carry."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._characters = 0

    def has_room_for(self, text: str) -> bool:
        """Whether ``text`` fits in; the first always does."""
        if not self.texts:
            return True
        return len(self.texts) < MOST_TEXTS and self._characters + len(text) <= _MOST_CHARACTERS

    def add(self, text: str) -> None:
        """Takes a text."""
        self.texts.append(text)
        self._characters += len(text)


def parts(texts: Iterable[str]) -> Iterator[list[str]]:
    """Lists of texts that one request can carry, in order; read only as they are asked for."""
    part = _Part()
    for text in texts:
        if not part.has_room_for(text):
            yield part.texts
            part = _Part()
        part.add(text)
    if part.texts:
        yield part.texts


async def async_parts(texts: AsyncIterable[str]) -> AsyncIterator[list[str]]:
    """``parts`` of an asynchronous iterator."""
    part = _Part()
    async for text in texts:
        if not part.has_room_for(text):
            yield part.texts
            part = _Part()
        part.add(text)
    if part.texts:
        yield part.texts


def predictions_of(reply: httpx.Response) -> list[AnyPrediction]:
    """The predictions of a reply, each with its origin."""
    predictions = PredictReply.model_validate(reply.json()).predictions
    for index, prediction in enumerate(predictions):
        prediction.came_from(reply.headers.get("X-Request-ID", ""), index)
    return predictions


def told(answer: AnyPrediction | str, right: str | Sequence[str], index: int | None) -> dict[str, Any]:
    """The JSON of feedback. Args and Raises as for ``Client.feedback``."""
    if not isinstance(answer, str):
        if answer.origin is None:
            raise UnknownAnswerError(
                "This answer did not come from a client; give the id of its request instead."
            )
        answer, index = answer.origin
    body: dict[str, Any] = {"request_id": answer}
    body |= {"label": right} if isinstance(right, str) else {"labels": list(right)}
    return body if index is None else body | {"index": index}


def success_of(reply: httpx.Response | httpx.TransportError, url: httpx.URL) -> httpx.Response:
    """The reply, if it is no refusal.

    Raises:
        ServiceError: it is a refusal or no reply at all.
    """
    if not isinstance(reply, httpx.Response):
        raise ServiceError(f"{url} did not answer: {reply or type(reply).__name__}.") from reply
    if reply.is_success:
        return reply
    try:
        body = reply.json()
        message, code = str(body["error"]), str(body["code"])
    except (ValueError, KeyError, TypeError):
        message, code = f"{url} answered {reply.status_code} {reply.reason_phrase}", ""
    raise ServiceError(message, reply.status_code, code)


def _headers(key: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}
