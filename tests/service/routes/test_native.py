"""``POST /predict``: answers, choices, and every way a request can be wrong."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest


def ask(client, body, **kwargs):
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post("/predict", data=data, **({"content_type": "application/json"} | kwargs))


def error(response) -> tuple[int, str]:
    body = response.get_json()
    assert set(body) == {"error", "code"}
    assert body["error"]
    assert response.headers["X-Request-ID"]
    return response.status_code, body["code"]


def test_one_text_is_answered_by_the_only_model(client) -> None:
    response = ask(client, {"text": "a good film zebra"})
    assert response.status_code == 200
    body = response.get_json()
    assert (body["model"], body["version"], body["task"]) == ("reviews", 1, "classification")
    (prediction,) = body["predictions"]
    assert set(prediction) == {
        "label",
        "confidence",
        "margin",
        "abstained",
        "probabilities",
        "tokens",
        "unknown_tokens",
        "truncated",
    }
    assert prediction["label"] == max(prediction["probabilities"], key=prediction["probabilities"].get)
    assert prediction["confidence"] == max(prediction["probabilities"].values())
    assert sum(prediction["probabilities"].values()) == pytest.approx(1.0)
    assert prediction["tokens"] == 4
    assert prediction["unknown_tokens"] == ["zebra"]
    assert prediction["truncated"] is False


def test_several_texts_are_answered_in_order(client) -> None:
    texts = ["good", "bad", "", "a film", "good"]
    found = ask(client, {"texts": texts}).get_json()["predictions"]
    expected = [ask(client, {"text": text}).get_json()["predictions"][0] for text in texts]
    assert found == expected
    assert [prediction["tokens"] for prediction in found] == [1, 1, 0, 2, 1]


def test_an_empty_text_is_answered_and_abstained(client) -> None:
    (prediction,) = ask(client, {"text": ""}).get_json()["predictions"]
    assert prediction["abstained"] is True
    assert prediction["tokens"] == 0
    assert prediction["label"] in ("negative", "positive")


def test_a_long_text_is_truncated_not_refused(client) -> None:
    (prediction,) = ask(client, {"text": "good " * 100}).get_json()["predictions"]
    assert prediction["tokens"] == 100
    assert prediction["truncated"] is True


def test_top_lists_only_the_most_probable_labels(client) -> None:
    (prediction,) = ask(client, {"text": "good", "top": 1}).get_json()["predictions"]
    assert prediction["probabilities"] == {prediction["label"]: prediction["confidence"]}


def test_a_multilabel_model_lists_the_labels_that_apply(store, make_client) -> None:
    store.add("topics", 1, task="multilabel")
    body = ask(make_client(), {"text": "good"}).get_json()
    assert body["task"] == "multilabel"
    (prediction,) = body["predictions"]
    assert [score["confidence"] >= 0.5 for score in prediction["labels"]] == [True] * len(
        prediction["labels"]
    )


@pytest.mark.parametrize(
    "text",
    [
        "\ud800",
        "a\x00b",
        "好\U0001f600",
        "<b>good</b>",
        "مرحبا",
        "\ufeff",
        "a\u0301",
        "\x7f\x1b",
        "\ud83d good \ude00",
    ],
    ids=ascii,
)
def test_any_string_is_answered(client, text) -> None:
    response = ask(client, {"text": text})
    assert response.status_code == 200
    json.loads(response.data.decode("utf-8"))


def test_a_body_may_come_as_curl_sends_it(client) -> None:
    assert ask(client, {"text": "good"}, content_type="application/x-www-form-urlencoded").status_code == 200
    assert client.post("/predict", data=b'{"text": "good"}').status_code == 200
    assert ask(client, {"text": "good"}, content_type="application/json; charset=utf-8").status_code == 200
    assert ask(client, b'\xef\xbb\xbf{"text": "good"}').status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "INVALID_JSON"),
        (b"{", "INVALID_JSON"),
        (b"text=good", "INVALID_JSON"),
        (b'{"text": "good"} x', "INVALID_JSON"),
        (b'{"text": "\xff"}', "INVALID_JSON"),
        ('{"text": "good"}'.encode("utf-16"), "INVALID_JSON"),
        (b'{"text": NaN}', "INVALID_JSON"),
        (b'{"text": "good", "top": Infinity}', "INVALID_JSON"),
        (b'{"text": "good", "top": -Infinity}', "INVALID_JSON"),
        (b"[" * 9_000, "INVALID_JSON"),
        (b'{"version": ' + b"9" * 5_000 + b"}", "INVALID_JSON"),
        (b'{"text": "a\nb"}', "INVALID_JSON"),
        (b"null", "INVALID_REQUEST"),
        (b"[]", "INVALID_REQUEST"),
        (b'"good"', "INVALID_REQUEST"),
        (b"{}", "INVALID_REQUEST"),
        (b'{"text": null}', "INVALID_REQUEST"),
        (b'{"text": 1}', "INVALID_REQUEST"),
        (b'{"text": ["good"]}', "INVALID_REQUEST"),
        (b'{"text": {"b64": "Z29vZA=="}}', "INVALID_REQUEST"),
        (b'{"texts": "good"}', "INVALID_REQUEST"),
        (b'{"texts": ["good", 1]}', "INVALID_REQUEST"),
        (b'{"texts": ["good", null]}', "INVALID_REQUEST"),
        (b'{"text": "good", "texts": ["good"]}', "INVALID_REQUEST"),
        (b'{"text": "good", "unknown": 1}', "INVALID_REQUEST"),
        (b'{"text": "good", "model": 1}', "INVALID_REQUEST"),
        (b'{"text": "good", "version": "1"}', "INVALID_REQUEST"),
        (b'{"text": "good", "version": 1.5}', "INVALID_REQUEST"),
        (b'{"text": "good", "version": true}', "INVALID_REQUEST"),
        (b'{"text": "good", "version": 1e999}', "INVALID_REQUEST"),
        (b'{"text": "good", "version": 1, "version_label": "stable"}', "INVALID_REQUEST"),
        (b'{"text": "good", "top": 0}', "INVALID_REQUEST"),
    ],
)
def test_a_body_that_is_no_request_is_refused(client, body, code) -> None:
    assert error(ask(client, body)) == (400, code)


def test_an_error_names_the_place_and_not_the_value(client) -> None:
    message = ask(client, {"texts": ["good", 12345]}).get_json()["error"]
    assert "texts.1" in message
    assert "12345" not in message


def test_an_error_message_stays_short_whatever_was_sent(client) -> None:
    response = ask(client, {"text": "good", "model": "x" * 5_000})
    assert error(response) == (404, "MODEL_NOT_FOUND")
    assert len(response.data) < 1_000


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x"])
def test_another_declared_type_is_refused(client, content_type) -> None:
    assert error(ask(client, {"text": "good"}, content_type=content_type)) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_sizes_have_limits(client) -> None:
    assert error(ask(client, {"texts": []})) == (422, "NO_TEXTS")
    assert ask(client, {"texts": ["a"] * 10}).status_code == 200
    assert error(ask(client, {"texts": ["a"] * 11})) == (413, "TOO_MANY_TEXTS")
    assert ask(client, {"text": "é" * 1000}).status_code == 200
    assert error(ask(client, {"text": "é" * 1001})) == (413, "TEXT_TOO_LONG")
    assert error(ask(client, {"texts": ["é" * 999] * 10})) == (413, "BODY_TOO_LARGE")


def test_what_is_not_there_is_404(client) -> None:
    assert error(ask(client, {"text": "a", "model": "nope"})) == (404, "MODEL_NOT_FOUND")
    assert error(ask(client, {"text": "a", "model": "\ud800"})) == (404, "MODEL_NOT_FOUND")
    near = ask(client, {"text": "a", "model": "reviewz"}).get_json()["error"]
    assert near == "there is no model 'reviewz'; did you mean 'reviews'? There are: reviews"
    assert error(ask(client, {"text": "a", "version": 2})) == (404, "VERSION_NOT_FOUND")
    assert error(ask(client, {"text": "a", "version": -(10**30)})) == (404, "VERSION_NOT_FOUND")
    assert error(ask(client, {"text": "a", "version_label": "stable"})) == (404, "VERSION_LABEL_NOT_FOUND")
    assert "reviews" in ask(client, {"text": "a", "model": "nope"}).get_json()["error"]
    assert "loaded: 1" in ask(client, {"text": "a", "version": 2}).get_json()["error"]


def test_a_model_and_version_can_be_named(client) -> None:
    body = ask(client, {"text": "a", "model": "reviews", "version": 1}).get_json()
    assert (body["model"], body["version"]) == ("reviews", 1)


def test_of_several_models_one_must_be_named_or_be_the_default(store, make_client) -> None:
    store.add("reviews", 1)
    store.add("topics", 3)
    response = ask(make_client(), {"text": "a"})
    assert error(response) == (400, "MODEL_REQUIRED")
    assert "reviews, topics" in response.get_json()["error"]
    assert ask(make_client(), {"text": "a", "model": "topics"}).get_json()["version"] == 3
    assert ask(make_client(default_model="topics"), {"text": "a"}).get_json()["model"] == "topics"


def test_a_service_without_models_is_not_ready(make_client) -> None:
    response = ask(make_client(), {"text": "a"})
    assert error(response) == (503, "NOT_READY")
    assert "there is no model yet" in response.get_json()["error"]
    assert response.headers["Retry-After"]


def test_a_service_whose_only_model_was_refused_says_where_the_reason_stands(store, make_client) -> None:
    store.add("broken", 1, fail="its hash has changed")
    response = ask(make_client(), {"text": "a"})
    assert error(response) == (503, "MODEL_UNAVAILABLE")
    assert "GET /v1/models/NAME says why, of broken" in response.get_json()["error"]


def test_a_model_whose_versions_were_all_refused_is_unavailable(store, make_client) -> None:
    store.add("reviews", 1)
    store.add("broken", 1, fail="/secret/path has changed")
    response = ask(make_client(), {"text": "a", "model": "broken"})
    assert error(response) == (503, "MODEL_UNAVAILABLE")
    assert "/secret" not in response.get_json()["error"]


def test_the_wrong_method_is_405_with_the_right_ones(client) -> None:
    response = client.get("/predict")
    assert error(response) == (405, "METHOD_NOT_ALLOWED")
    assert "POST" in response.headers["Allow"]


@pytest.fixture
def busy(own_client, store):
    """The engine in the middle of a request, until the event is set."""
    engine = store.engines["reviews", 1]
    engine.hold = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(ask, own_client, {"text": "good"})
        assert engine.running.wait(5)
        yield pool
        engine.hold.set()
        assert first.result(5).status_code == 200


def test_a_full_queue_is_429_with_a_time_to_come_back(own_client, store, busy) -> None:
    waiting = busy.submit(ask, own_client, {"texts": ["a"] * 8})
    (batcher,) = store.batchers
    while batcher.queued < 8:
        time.sleep(0.001)
    response = ask(own_client, {"texts": ["a"] * 10})
    assert error(response) == (429, "QUEUE_FULL")
    assert int(response.headers["Retry-After"]) >= 1
    store.engines["reviews", 1].hold.set()
    assert waiting.result(5).status_code == 200


def test_an_answer_that_takes_too_long_is_504(store, settings, make_client) -> None:
    from service.app import create_app

    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    hasty = create_app(settings.model_copy(update={"timeout_s": 0.05}), repository).test_client()
    engine = store.engines["reviews", 1]
    engine.hold = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, hasty, {"text": "good"})
        assert engine.running.wait(5)
        assert error(ask(hasty, {"text": "bad"})) == (504, "DEADLINE_EXCEEDED")
        engine.hold.set()
        # What had begun is answered: the work is done.
        assert first.result(5).status_code == 200


def test_a_bug_is_a_500_without_internals_and_a_log_line_with_them(own_client, store, capfd, caplog) -> None:
    store.engines["reviews", 1].logits = lambda ids: [float("nan"), 0.0]
    response = ask(own_client, {"text": "private words"})
    assert error(response) == (500, "INTERNAL")
    assert "finite" not in response.get_json()["error"]
    logged = "".join(capfd.readouterr()) + caplog.text
    assert "not finite" in logged
    assert "Traceback" in logged
    assert "private words" not in logged
