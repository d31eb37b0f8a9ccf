"""The client against the real application, and against services that are full, gone or strange."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from service import client as module
from service.app import create_app
from service.client import AsyncClient, Client, Patience, ServiceError, UnknownAnswerError, parts
from service.schemas import Prediction
from service.settings import Settings
from tests.service.conftest import make_settings
from tests.service.fakes import FakeStore

URL = "http://service.test"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    store = FakeStore(tmp_path_factory.mktemp("artifacts"))
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    return create_app(make_settings(store.folder), repository)


@pytest.fixture
def client(app: Any) -> Iterator[Client]:
    with Client(URL, transport=httpx.WSGITransport(app)) as found:
        yield found


def expected(app: Any, texts: list[str], **more: Any) -> list[dict[str, Any]]:
    reply = app.test_client().post("/predict", json={"texts": texts, **more}).get_json()
    predictions: list[dict[str, Any]] = reply["predictions"]
    return predictions


def shown(predictions: list[Any]) -> list[dict[str, Any]]:
    return [prediction.model_dump(exclude_none=True) for prediction in predictions]


def test_one_text_gives_one_typed_answer_and_a_list_a_list(app: Any, client: Client) -> None:
    one = client.predict("a good film", top=1)
    assert one.label in ("negative", "positive")
    assert 0 <= one.confidence <= 1
    texts = ["good", "", "bad 好"]
    assert shown([one]) == expected(app, ["a good film"], top=1)
    assert shown(client.predict(texts, model="reviews", version=1)) == expected(app, texts)
    assert client.predict([]) == []
    assert [word.word for word in client.explain("a good film").words] == ["a", "good", "film"]


def test_long_lists_are_sent_in_parts_and_streams_are_read_as_they_are_asked_for(
    app: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_TEXTS", 10)
    texts = [f"film {'good ' * (number % 3)}" for number in range(25)]
    assert shown(client.predict(texts)) == [each for text in texts for each in expected(app, [text])]
    read: list[str] = []

    def source() -> Iterator[str]:
        for text in texts:
            read.append(text)
            yield text

    stream = client.stream(source())
    assert read == []
    next(stream)
    assert len(read) == 11
    assert len(list(stream)) == 24


def test_parts_hold_no_more_than_a_body_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_CHARACTERS", 10)
    assert list(parts(["a" * 4, "b" * 6, "c", "d" * 50, "e"])) == [
        ["aaaa", "bbbbbb"], ["c"], ["d" * 50], ["e"]
    ]  # fmt: skip


def test_a_refusal_says_what_the_service_says(client: Client) -> None:
    with pytest.raises(ServiceError, match="'reviewz'") as refused:
        client.predict("a", model="reviewz")
    assert (refused.value.status, refused.value.code) == (404, "MODEL_NOT_FOUND")
    with pytest.raises(ServiceError, match="version 9") as refused:
        client.explain("a", version=9)
    assert (refused.value.status, refused.value.code) == (404, "VERSION_NOT_FOUND")


class Scripted:
    """A service that answers what it is told, one thing after the other, the last one for ever."""

    def __init__(self, *replies: httpx.Response | Exception) -> None:
        self.replies, self.asked = list(replies), 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        reply = self.replies[min(self.asked, len(self.replies) - 1)]
        self.asked += 1
        if isinstance(reply, Exception):
            raise reply
        return reply


def refusal(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"error": "not now", "code": "CODE"}, headers=headers)


def good() -> httpx.Response:
    prediction = {
        "label": "a", "confidence": 1.0, "margin": 1.0, "abstained": False, "probabilities": {"a": 1.0},
        "tokens": 1, "unknown_tokens": [], "truncated": False,
    }  # fmt: skip
    body = {"model": "m", "version": 1, "task": "classification", "predictions": [prediction]}
    return httpx.Response(200, json=body)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the client waited; it does not."""
    found: list[float] = []
    monkeypatch.setattr(module.time, "sleep", found.append)
    return found


def test_a_full_or_missing_service_is_asked_again_and_again_later(waits: list[float]) -> None:
    service = Scripted(
        refusal(429, **{"Retry-After": "3"}), refusal(503), httpx.ConnectError("refused"), good()
    )
    client = Client(URL, transport=httpx.MockTransport(service))
    assert client.predict("x").label == "a"
    assert service.asked == 4
    assert waits[0] == 3.0
    assert 0.2 <= waits[1] <= 0.4
    assert 0.4 <= waits[2] <= 0.8


@pytest.mark.parametrize(
    ("reply", "asked", "status", "code", "said"),
    [
        (refusal(429), 3, 429, "CODE", "not now"),
        (refusal(400), 1, 400, "CODE", "not now"),
        (httpx.Response(502, text="<html>"), 1, 502, "", "502 Bad Gateway"),
        (httpx.ConnectError("refused"), 3, 0, "", "did not answer: refused"),
    ],
)
def test_at_last_the_failure_is_raised(
    reply: httpx.Response | Exception, asked: int, status: int, code: str, said: str, waits: list[float]
) -> None:
    service = Scripted(reply)
    client = Client(URL, retries=2, transport=httpx.MockTransport(service))
    with pytest.raises(ServiceError, match=said) as failed:
        client.predict("x")
    assert (service.asked, failed.value.status, failed.value.code) == (asked, status, code)
    assert len(waits) == asked - 1


def test_waits_grow_up_to_a_limit() -> None:
    waits = [Patience(retries=99).wait_s(attempt, refusal(503)) or 0.0 for attempt in range(1, 30)]
    assert all(0 < wait <= 10 for wait in waits)
    assert min(waits[10:]) >= 5


def test_the_key_travels_with_every_request() -> None:
    seen: list[str] = []

    def service(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Authorization"])
        return good()

    Client(URL, key="secret", transport=httpx.MockTransport(service)).predict("x")
    assert seen == ["Bearer secret"]


def test_the_asynchronous_client_does_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_TEXTS", 2)
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    sizes: list[int] = []

    def service(request: httpx.Request) -> httpx.Response:
        sizes.append(len(request.read()))
        return refusal(503) if len(sizes) == 1 else good()

    async def source() -> AsyncIterator[str]:
        for text in "abc":
            yield text

    async def run() -> None:
        async with AsyncClient(URL, transport=httpx.MockTransport(service)) as client:
            assert (await client.predict("x")).label == "a"
            assert len(waited) == 1
            assert [each.label async for each in client.stream(source())] == ["a", "a"]
            assert len(await client.predict(["a", "b", "c"])) == 2

    asyncio.run(run())
    assert len(sizes) == 6


def test_a_list_that_is_too_long_for_the_service_is_sent_in_halves(app: Any, client: Client) -> None:
    """The application takes 10 texts a request and 20,000 bytes a body, less than a client's parts."""
    texts = [f"good {number}" for number in range(37)]
    answers = [answer for start in range(0, 37, 10) for answer in expected(app, texts[start : start + 10])]
    assert shown(client.predict(texts)) == answers
    assert len(client.predict(["good " * 180] * 30)) == 30
    with pytest.raises(ServiceError) as refused:
        client.predict(["good", "good " * 300])
    assert refused.value.code == "TEXT_TOO_LONG"


def test_the_asynchronous_client_sends_halves_too() -> None:
    def service(request: httpx.Request) -> httpx.Response:
        texts = json.loads(request.read())["texts"]
        return httpx.Response(413, text="<h1>too large</h1>") if len(texts) > 1 else good()

    async def run() -> None:
        async with AsyncClient(URL, transport=httpx.MockTransport(service)) as client:
            assert len(await client.predict(["a", "b", "c"])) == 3

    asyncio.run(run())


def test_the_right_label_of_an_answer_is_told(store: FakeStore, tmp_path_factory: Any) -> None:
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    settings = Settings(artifacts=store.folder, feedback=tmp_path_factory.mktemp("told"))
    app = create_app(settings, repository)
    with Client(URL, transport=httpx.WSGITransport(app)) as client:
        _, second = client.predict(["good film", "bad film"])
        told = client.feedback(second, "negative")
        assert (told.model, told.version, told.labels, told.new) == ("reviews", 1, ["negative"], True)
        assert client.feedback(told.request_id, "negative", index=1).new is False
        with pytest.raises(ServiceError) as refused:
            client.feedback(second, "positive")
        assert (refused.value.status, refused.value.code) == (409, "FEEDBACK_GIVEN")
        with pytest.raises(ServiceError, match="send 'label'"):
            client.feedback(second, ["negative"])
        with pytest.raises(UnknownAnswerError):
            client.feedback(Prediction.model_validate(second.model_dump()), "negative")
    rows = [json.loads(line) for line in (settings.feedback / "reviews.jsonl").read_text().splitlines()]
    assert [(row["text"], row["label"]) for row in rows] == [("bad film", "negative")]


def test_the_asynchronous_client_tells_the_same() -> None:
    told: list[Any] = []

    def service(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/feedback":
            told.append(json.loads(request.read()))
            body = {"request_id": "r", "model": "m", "version": 1, "labels": ["b"], "new": True}
            return httpx.Response(200, json=body)
        return httpx.Response(200, content=good().content, headers={"X-Request-ID": "r"})

    async def run() -> None:
        async with AsyncClient(URL, transport=httpx.MockTransport(service)) as client:
            answer = await client.predict("x")
            assert (await client.feedback(answer, "b")).new
            await client.feedback("other", ["a", "b"])

    asyncio.run(run())
    assert told == [
        {"request_id": "r", "label": "b", "index": 0}, {"request_id": "other", "labels": ["a", "b"]}
    ]  # fmt: skip


def test_the_client_needs_nothing_of_the_service() -> None:
    code = (
        "import sys, service.client;"
        "print([name for name in ('flask', 'gevent', 'gunicorn', 'numpy', 'tensorflow', 'onnxruntime')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
