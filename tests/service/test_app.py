"""What every reply has: an error body, a request id, a log line, a place in the metrics."""

import io
import json
import re

import pytest

from service.app import create_app


def lines(capfd) -> list[dict]:
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    "path", ["/nope", "/x//predict", "/predict/", "/v2/x", "/%00", "/\ud7ff", "/a" * 500]
)
def test_an_unknown_path_is_404_as_json(client, path) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.get_json()["code"] == "NOT_FOUND"
    assert response.headers["X-Request-ID"]


def test_a_request_id_is_echoed(client) -> None:
    assert (
        client.get("/healthz", headers={"X-Request-ID": "abc-1.2:3"}).headers["X-Request-ID"] == "abc-1.2:3"
    )


@pytest.mark.parametrize("sent", ["", "x" * 129, 'a"b', "a b", "é"])
def test_a_request_id_that_is_not_sane_is_replaced(client, sent) -> None:
    made = client.get("/healthz", headers={"X-Request-ID": sent}).headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", made)


def test_each_request_gets_another_id(client) -> None:
    assert len({client.get("/healthz").headers["X-Request-ID"] for _ in range(50)}) == 50


def test_a_request_is_one_json_line_without_its_text(client, capfd) -> None:
    capfd.readouterr()
    client.post("/predict", data='{"texts": ["a secret", "b"]}', headers={"X-Request-ID": "me"})
    (line,) = lines(capfd)
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("POST", "/predict", 200)
    assert (line["request_id"], line["model"], line["version"], line["rows"]) == ("me", "reviews", 1, 2)
    assert 0 < line["ms"] < 10_000
    assert "secret" not in json.dumps(line)


def test_a_refused_request_is_logged_too(client, capfd) -> None:
    capfd.readouterr()
    client.post("/predict", data="{secret")
    client.get("/nope?secret")
    found = lines(capfd)
    assert [(line["route"], line["status"]) for line in found] == [("/predict", 400), ("unmatched", 404)]
    assert "secret" not in json.dumps(found)


def test_the_metrics_count_by_route_status_model_and_version(own_client) -> None:
    own_client.post("/predict", data='{"text": "good"}')
    own_client.post("/predict", data='{"text": "good"}')
    own_client.post("/predict", data='{"text": "good", "version": 9}')
    own_client.post("/predict", data='{"text": "good", "model": "made-up"}')
    own_client.get("/made-up-path")
    text = own_client.get("/metrics").get_data(as_text=True)
    count = "engram_requests_total"
    assert f'{count}{{model="reviews",route="/predict",status="200",version="1"}} 2.0' in text
    assert f'{count}{{model="",route="/predict",status="404",version=""}} 2.0' in text
    assert f'{count}{{model="",route="unmatched",status="404",version=""}} 1.0' in text
    assert 'engram_request_seconds_count{route="/predict"} 4.0' in text
    assert "made-up" not in text


def test_a_body_of_any_size_is_bounded_even_without_a_declared_length(client) -> None:
    response = client.post(
        "/predict", input_stream=io.BytesIO(b" " * 10**6), environ_overrides={"wsgi.input_terminated": True}
    )
    assert response.status_code == 413
    assert response.get_json()["code"] == "BODY_TOO_LARGE"


@pytest.mark.parametrize("declared", [True, False])
def test_the_limit_of_a_body_is_exact(client, declared) -> None:
    def status(size: int) -> int:
        stream = io.BytesIO(b'{"text": "good"}'.ljust(size))
        overrides = {"wsgi.input_terminated": True} | ({"CONTENT_LENGTH": str(size)} if declared else {})
        return client.post("/predict", input_stream=stream, environ_overrides=overrides).status_code

    assert [status(size) for size in (19_999, 20_000, 20_001, 20_002)] == [200, 200, 413, 413]


def test_a_client_that_hangs_up_while_sending_is_no_bug(client) -> None:
    response = client.post("/predict", data=b'{"text"', headers={"Content-Length": "100"})
    assert response.status_code == 400


def test_the_application_loads_in_the_background(settings, store, monkeypatch) -> None:
    """benoitc/gunicorn#2369, kserve/kserve#1915: alive at once, ready only when a model can answer."""
    import threading

    from service import app as module

    store.add("reviews", 1)
    go = threading.Event()

    def slow_open(path, engine, max_batch):
        assert go.wait(10)
        return store.open(path)

    monkeypatch.setattr(module, "open_warm", slow_open)
    announced = threading.Event()

    class Peers:
        shared = None
        announce = announced.set

        def all_ready(self) -> bool:
            return announced.is_set()

    client = create_app(settings, peers=Peers()).test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    assert client.post("/predict", data='{"text": "a"}').status_code == 503
    go.set()
    assert announced.wait(10)
    assert client.get("/readyz").status_code == 200
    assert client.post("/predict", data='{"text": "a"}').status_code == 200


@pytest.mark.parametrize(
    ("path", "route", "code"),
    [
        ("/nope", "unmatched", "NOT_FOUND"),
        ("/v1/nope", "unmatched", "MALFORMED_REQUEST"),
        ("/healthz", "unmatched", "METHOD_NOT_ALLOWED"),
        ("/predict", "/predict", "BODY_TOO_LARGE"),
        ("/explain", "/explain", "INTERNAL"),
    ],
)
def test_every_failure_is_counted_and_logged_by_its_cause(
    own_client, monkeypatch, capfd, path, route, code
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("service.handlers.Handlers.explain", fail)
    capfd.readouterr()
    data = b" " * 30_000 if path == "/predict" else b'{"text": "good"}'
    assert own_client.post(path, data=data).get_json()["code"] == code
    assert [line["code"] for line in lines(capfd) if line["event"] == "request"] == [code]
    shown = own_client.get("/metrics").get_data(as_text=True)
    assert f'engram_rejections_total{{code="{code}",route="{route}"}} 1.0' in shown
