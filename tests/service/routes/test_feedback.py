"""``POST /feedback``: what is told becomes a row to train with; whatever is wrong writes nothing."""

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.feedback.ring import Ring
from service.settings import Settings
from tests.service.fakes import FakeStore
from training.config_file import load_config
from training.data.dataset import load_dataset
from training.data.rows import Layout, read_rows

TEXTS = ["a good film", "bad", 'the "film", is\nbad 好\ud800', "  "]


class Asker:
    """An application that takes feedback, and what stands in its files."""

    def __init__(self, store: FakeStore, folder: Path, **settings: Any) -> None:
        self.store, self.folder = store, folder / "told"
        self.repository = store.repository(default_model="reviews")
        self.repository.look()
        chosen = {"artifacts": store.folder, "feedback": self.folder, "default_model": "reviews"} | settings
        app = create_app(Settings(**chosen), self.repository, orders=self.repository.orders)
        self.client: FlaskClient = app.test_client()

    def ask(self, path: str = "/predict", headers: dict | None = None, **body: Any) -> str:
        """The id of an answered request."""
        response = self.client.post(path, json=body or {"texts": TEXTS}, headers=headers)
        assert response.status_code == 200, response.get_json()
        return response.headers["X-Request-ID"]

    def tell(self, headers: dict | None = None, **body: Any) -> tuple[int, dict]:
        response = self.client.post("/feedback", json=body, headers=headers)
        return response.status_code, response.get_json()

    def refused(self, headers: dict | None = None, **body: Any) -> tuple[int, str]:
        status, reply = self.tell(headers, **body)
        assert set(reply) == {"error", "code"}
        return status, reply["code"]

    def rows(self, name: str = "reviews") -> list[dict]:
        path = self.folder / f"{name}.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def asker(store: FakeStore, tmp_path_factory: pytest.TempPathFactory) -> Asker:
    store.add("reviews", 1)
    store.add("topics", 3, task="multilabel", labels=["art", "film", "food"])
    store.add("tags", 1, task="tagging", labels=["city"])
    return Asker(store, tmp_path_factory.mktemp("feedback"))


def test_the_right_label_is_written_with_its_text(asker: Asker) -> None:
    request_id = asker.ask()
    answers = asker.client.post("/predict", json={"texts": TEXTS}).get_json()["predictions"]
    status, reply = asker.tell(request_id=request_id, index=2, label="positive")
    assert status == 200
    who = {"request_id": request_id, "model": "reviews", "version": 1}
    assert reply == {**who, "labels": ["positive"], "new": True}
    (row,) = asker.rows()
    assert row.pop("time").startswith("20")
    text = TEXTS[2].replace("\ud800", "\ufffd")
    assert row == {**who, "text": text, "label": "positive", "answered": answers[2]["label"]}


def test_what_is_written_is_what_training_reads(asker: Asker, tmp_path: Path) -> None:
    texts = [f"the film number {number} is {word}" for number in range(10) for word in ("good", "bad")]
    request_id = asker.ask(texts=texts)
    for index, text in enumerate(texts):
        label = "positive" if "good" in text else "negative"
        assert asker.tell(request_id=request_id, index=index, label=label)[0] == 200
    asker.tell(request_id=asker.ask(text=TEXTS[2]), label="positive")
    config = tmp_path / "run.toml"
    config.write_text(
        f'name = "again"\ntask = "classification"\n[data]\ntrain = "{asker.folder / "reviews.jsonl"}"\n'
        "dev = 0.2\ntest = 0.2\n"
    )
    dataset = load_dataset(load_config(config))
    pairs = [
        (text, *labels)
        for rows in dataset.parts.values()
        for text, labels in zip(rows.texts, rows.labels, strict=True)
    ]
    expected = [(text, "positive" if "good" in text else "negative") for text in texts]
    assert sorted(pairs) == sorted([*expected, (TEXTS[2].replace("\ud800", "\ufffd"), "positive")])
    assert dataset.skipped == {}


def test_several_labels_a_text_are_read_back_too(asker: Asker) -> None:
    request_id = asker.ask(texts=["good", "bad"], model="topics")
    assert asker.tell(request_id=request_id, index=0, labels=["film", "art", "film"])[0] == 200
    assert asker.tell(request_id=request_id, index=1, labels=[])[0] == 200
    rows = read_rows(asker.folder / "topics.jsonl", Layout("multilabel", label_column="labels")).rows
    assert rows.texts == ("good", "bad")
    assert rows.labels == (("art", "film"), ())
    assert asker.refused(request_id=request_id, index=0, label="film") == (400, "INVALID_REQUEST")
    assert asker.refused(request_id=request_id, index=0, labels=["film", "x"]) == (422, "UNKNOWN_LABEL")


@pytest.mark.parametrize("path", ["/v1/models/reviews:predict", "/v2/models/reviews/infer"])
def test_answers_of_the_other_protocols_count_too(asker: Asker, path: str) -> None:
    body: dict[str, Any] = {"instances": ["good"]}
    if path.startswith("/v2"):
        body = {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["good"]}]}
    assert asker.tell(request_id=asker.ask(path, **body), label="positive")[0] == 200
    assert asker.rows()[0]["text"] == "good"


def test_the_same_said_twice_is_written_once_and_another_label_refused(asker: Asker) -> None:
    request_id = asker.ask(text="good")
    assert asker.tell(request_id=request_id, label="positive")[1]["new"] is True
    status, reply = asker.tell(request_id=request_id, label="positive")
    assert (status, reply["new"]) == (200, False)
    assert asker.refused(request_id=request_id, label="negative") == (409, "FEEDBACK_GIVEN")
    assert len(asker.rows()) == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"label": "positive"}, (400, "INVALID_REQUEST")),
        ({"index": 4, "label": "positive"}, (400, "INVALID_REQUEST")),
        ({"index": -1, "label": "positive"}, (400, "INVALID_REQUEST")),
        ({"index": "0", "label": "positive"}, (400, "INVALID_REQUEST")),
        ({"index": 0}, (400, "INVALID_REQUEST")),
        ({"index": 0, "label": "positive", "labels": ["positive"]}, (400, "INVALID_REQUEST")),
        ({"index": 0, "labels": ["positive"]}, (400, "INVALID_REQUEST")),
        ({"index": 0, "label": "positive", "more": 1}, (400, "INVALID_REQUEST")),
        ({"index": 0, "label": "wonderful"}, (422, "UNKNOWN_LABEL")),
        ({"index": 0, "label": ""}, (422, "UNKNOWN_LABEL")),
        ({"index": 3, "label": "positive"}, (422, "FEEDBACK_UNSUPPORTED")),
        ({"index": 0, "label": "positive", "model": "topics"}, (409, "OTHER_MODEL")),
        ({"index": 0, "label": "positive", "version": 2}, (409, "OTHER_MODEL")),
        ({"index": 0, "label": "positive", "request_id": "unknown"}, (404, "ANSWER_NOT_FOUND")),
        ({"index": 0, "label": "positive", "request_id": "not one"}, (400, "INVALID_REQUEST")),
        ({"index": 0, "label": "positive", "request_id": 1}, (400, "INVALID_REQUEST")),
    ],
)
def test_bad_input_is_refused_and_writes_nothing(asker: Asker, body: dict, expected: tuple) -> None:
    assert asker.refused(**({"request_id": asker.ask()} | body)) == expected
    assert asker.rows() == asker.rows("topics") == []


def test_no_json_too_much_of_it_and_another_type_are_refused(asker: Asker) -> None:
    for data, kind, expected in [
        (b"{", "application/json", (400, "INVALID_JSON")),
        (b"x" * (8 * 2**20 + 1), "application/json", (413, "BODY_TOO_LARGE")),
        (b"{}", "text/csv", (415, "UNSUPPORTED_MEDIA_TYPE")),
    ]:
        response = asker.client.post("/feedback", data=data, content_type=kind)
        assert (response.status_code, response.get_json()["code"]) == expected


def test_a_label_nearly_right_is_named(asker: Asker) -> None:
    _, reply = asker.tell(request_id=asker.ask(text="good"), label="POSITIV")
    assert "did you mean 'positive'?" in reply["error"]
    assert "negative, positive" in reply["error"]


def test_a_model_for_tags_is_refused_and_its_texts_are_not_kept(asker: Asker) -> None:
    # The fake engine cannot tag: the record is what the handler would leave.
    ring = Ring(asker.folder / "answers", 60, 2**20)
    ring.add("tagged ", {"model": "tags", "version": 1, "texts": [], "answers": []})
    assert asker.refused(request_id="tagged", label="city") == (422, "FEEDBACK_UNSUPPORTED")


def test_what_was_never_answered_is_unknown(asker: Asker) -> None:
    for path, body in (("/predict", {"text": "good", "model": "none"}), ("/explain", {"text": "good"})):
        request_id = asker.client.post(path, json=body).headers["X-Request-ID"]
        assert asker.refused(request_id=request_id, label="positive") == (404, "ANSWER_NOT_FOUND")
    assert list((asker.folder / "answers").iterdir()) == []


@pytest.mark.parametrize("others", [["bad", None], [None, "bad"], ["bad", None, "bad"]])
@pytest.mark.parametrize("path", ["/predict", "/v1/models/reviews:predict", "/v2/models/reviews/infer"])
def test_nobody_takes_over_an_id_by_sending_it_too(asker: Asker, path: str, others: list) -> None:
    def body(text: str) -> dict[str, Any]:
        if path.startswith("/v2"):
            return {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": [text]}]}
        return {"instances": [text]} if path.startswith("/v1") else {"text": text}

    sent = {"X-Request-ID": "ticket-17"}
    for other in others:
        if other is None:
            mine = asker.ask(path, headers=sent, **body("good"))
        else:
            asker.ask(path, headers=sent, **body(other))
    # Not even the id of the reply, where it has become known, can be had a second time.
    asker.ask(path, headers={"X-Request-ID": mine}, **body("bad"))
    assert asker.refused(request_id="ticket-17", label="positive") == (404, "ANSWER_NOT_FOUND")
    assert asker.tell(request_id=mine, label="positive")[0] == 200
    assert [(row["text"], row["request_id"]) for row in asker.rows()] == [("good", mine)]


def test_an_answer_that_made_room_for_those_of_others_is_unknown(
    store: FakeStore, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store.add("reviews", 1)
    asker = Asker(store, tmp_path_factory.mktemp("feedback"), feedback_bytes=2**20)
    sent = {"X-Request-ID": "ticket-17"}
    mine = asker.ask(headers=sent, text="good")
    for _ in range(20):
        asker.ask(headers=sent, text="bad " + "x" * 60_000)
    for request_id in (mine, "ticket-17"):
        assert asker.refused(request_id=request_id, label="positive") == (404, "ANSWER_NOT_FOUND")
    assert asker.rows() == []


def test_whoever_tells_by_the_id_that_was_sent_learns_which_one_to_take(asker: Asker) -> None:
    asker.ask(headers={"X-Request-ID": "ticket-17"}, text="good")
    status, reply = asker.tell(request_id="ticket-17", label="positive")
    assert (status, reply["code"]) == (404, "ANSWER_NOT_FOUND")
    assert "send the X-Request-ID of the reply" in reply["error"]


def test_the_log_and_the_reply_hold_the_id_that_was_sent(
    asker: Asker, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    request_id = asker.ask(headers={"X-Request-ID": "ticket-17"}, text="good")
    (line,) = capfd.readouterr().out.splitlines()
    assert json.loads(line)["request_id"] == request_id
    assert request_id.startswith("ticket-17.")


def test_after_its_time_an_answer_is_gone(store: FakeStore, tmp_path_factory: pytest.TempPathFactory) -> None:
    store.add("reviews", 1)
    asker = Asker(store, tmp_path_factory.mktemp("feedback"), feedback_s=0.1)
    request_id = asker.ask(text="good")
    time.sleep(0.15)
    assert asker.refused(request_id=request_id, label="positive") == (410, "ANSWER_EXPIRED")
    # With any later request its file goes.
    assert list((asker.folder / "answers").iterdir()) == []
    assert asker.refused(request_id=request_id, label="positive") == (404, "ANSWER_NOT_FOUND")
    assert asker.rows() == []


def test_a_version_that_has_gone_is_told_of_by_the_one_that_serves(asker: Asker) -> None:
    request_id = asker.ask(text="good")
    asker.store.add("reviews", 2, labels=["negative", "positive", "mixed"])
    asker.repository.look()
    assert asker.repository.loaded_versions("reviews") == {2}
    assert asker.tell(request_id=request_id, label="mixed")[0] == 200
    assert asker.rows()[0]["version"] == 1
    asker.repository.orders.unload("reviews")
    asker.repository.look()
    other = asker.ask(text="good", model="topics")
    assert asker.tell(request_id=other, labels=["art"])[0] == 200
    assert asker.refused(request_id=request_id, label="mixed") == (404, "MODEL_NOT_FOUND")


def test_callers_speak_of_their_own_requests_only(
    store: FakeStore, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("feedback")
    keys = folder / "keys"
    lines = [f"{name}:{hashlib.sha256(name.encode()).hexdigest()}" for name in ("shop", "lab")]
    keys.write_text("\n".join(lines) + "\n")
    store.add("reviews", 1)
    asker = Asker(store, folder, api_keys=keys)
    shop, lab = ({"Authorization": f"Bearer {name}"} for name in ("shop", "lab"))
    request_id = asker.ask(headers=shop, text="good")
    assert asker.refused(request_id=request_id, label="positive") == (401, "API_KEY_REQUIRED")
    assert asker.refused(lab, request_id=request_id, label="positive") == (404, "ANSWER_NOT_FOUND")
    assert asker.tell(shop, request_id=request_id, label="positive")[0] == 200
    assert len(asker.rows()) == 1


def test_two_requests_of_one_key_with_one_id_are_not_mixed_up(
    store: FakeStore, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("feedback")
    keys = folder / "keys"
    keys.write_text(f"shop:{hashlib.sha256(b'shop').hexdigest()}\n")
    store.add("reviews", 1)
    asker = Asker(store, folder, api_keys=keys)
    key = {"Authorization": "Bearer shop"}
    ids = [asker.ask(headers=key | {"X-Request-ID": "ticket-17"}, text=text) for text in ("good", "bad")]
    for request_id, label in zip(ids, ("positive", "negative"), strict=True):
        assert asker.tell(key, request_id=request_id, label=label)[0] == 200
    written = [(row["text"], row["label"]) for row in asker.rows()]
    assert written == [("good", "positive"), ("bad", "negative")]


def test_a_folder_that_went_away_fails_no_other_request(asker: Asker) -> None:
    request_id = asker.ask(text="good")
    for path in (asker.folder / "answers").iterdir():
        path.unlink()
    (asker.folder / "answers").rmdir()
    asker.folder.rmdir()
    assert asker.ask(text="good")
    assert asker.refused(request_id=request_id, label="positive") == (503, "FEEDBACK_UNAVAILABLE")


def test_it_is_counted_whether_the_answer_was_right(asker: Asker) -> None:
    prediction = asker.client.post("/predict", json={"text": "good"}).get_json()["predictions"][0]
    other = {"negative": "positive", "positive": "negative"}[prediction["label"]]
    for label in (prediction["label"], other, other):
        asker.tell(request_id=asker.ask(text="good"), label=label)
    metrics = asker.client.get("/metrics").get_data(as_text=True)
    assert 'engram_feedback_total{agrees="yes",model="reviews",version="1"} 1.0' in metrics
    assert 'engram_feedback_total{agrees="no",model="reviews",version="1"} 2.0' in metrics


def test_without_the_setting_nothing_is_taken_or_kept(store: FakeStore, settings: Settings) -> None:
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    client = create_app(settings, repository).test_client()
    before = set(store.folder.rglob("*"))
    request_id = client.post("/predict", json={"text": "good"}).headers["X-Request-ID"]
    response = client.post("/feedback", json={"request_id": request_id, "label": "positive"})
    assert (response.status_code, response.get_json()["code"]) == (404, "FEEDBACK_OFF")
    assert client.get("/models").get_json()["feedback"] is False
    assert set(store.folder.rglob("*")) == before


def test_the_catalogue_says_that_feedback_is_taken(asker: Asker) -> None:
    assert asker.client.get("/models").get_json()["feedback"] is True
