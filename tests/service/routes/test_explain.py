"""``POST /explain``: the predictor's own explanation, under the limits of the service."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from models.runtime.explain import explain, explanation_as_dict
from service import explaining
from service.app import create_app
from tests.service.fakes import FakeEngine, make_predictor


def ask(client, body):
    return client.post("/explain", data=json.dumps(body), content_type="application/json")


def error(response) -> tuple[int, str]:
    body = response.get_json()
    assert set(body) == {"error", "code"}
    return response.status_code, body["code"]


def test_an_explanation_is_that_of_the_predictor(client) -> None:
    predictor = make_predictor(FakeEngine(offset=1))
    texts = ["a good film", "好 bad", ""]
    response = ask(client, {"texts": texts, "top": 1})
    assert response.status_code == 200
    body = response.get_json()
    assert (body["model"], body["version"], body["task"]) == ("reviews", 1, "classification")
    expected = [explanation_as_dict(explain(predictor, text), predictor.manifest, top=1) for text in texts]
    assert body["explanations"] == expected
    assert len(body["explanations"][0]["words"]) == 3
    answer = client.post("/predict", json={"text": texts[0]}).get_json()["predictions"][0]
    assert body["explanations"][0]["label"] == answer["label"]
    assert body["explanations"][0]["prefixes"][-1]["confidence"] == pytest.approx(answer["confidence"])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"texts": []}, (422, "NO_TEXTS")),
        ({"texts": ["a"] * 11}, (413, "TOO_MANY_TEXTS")),
        ({"text": "a" * 1001}, (413, "TEXT_TOO_LONG")),
        ({"text": "a", "model": "none"}, (404, "MODEL_NOT_FOUND")),
        ({"text": "a", "version": 9}, (404, "VERSION_NOT_FOUND")),
        ({"text": "a", "texts": ["a"]}, (400, "INVALID_REQUEST")),
    ],
)
def test_what_predict_refuses_is_refused(client, body, expected) -> None:
    assert error(ask(client, body)) == expected


def test_explanations_beyond_the_limit_are_refused_while_others_are_computed(
    store, settings, monkeypatch
) -> None:
    monkeypatch.setattr(explaining, "MOST_AT_ONCE", 2)
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    app = create_app(settings, repository, orders=repository.orders)
    with repository.use("reviews", None, None) as loaded:
        engine = loaded.predictor.engine
    engine.hold = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        held = [pool.submit(ask, app.test_client(), {"text": "a good film"}) for _ in range(2)]
        assert engine.running.wait(10)
        for _ in range(100):
            refused = ask(app.test_client(), {"text": "bad"}) if len(engine.calls) == 2 else None
            if refused is not None:
                break
            threading.Event().wait(0.05)
        engine.hold.set()
        assert [each.result().status_code for each in held] == [200, 200]
    assert refused is not None
    assert error(refused) == (429, "QUEUE_FULL")
    assert refused.headers["Retry-After"] == "1"
    assert ask(app.test_client(), {"text": "bad"}).status_code == 200


def test_an_explanation_that_comes_too_late_is_a_504(store, settings, make_client) -> None:
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    late = settings.model_copy(update={"timeout_s": 1e-9})
    client = create_app(late, repository, orders=repository.orders).test_client()
    assert error(ask(client, {"text": "a"})) == (504, "DEADLINE_EXCEEDED")
