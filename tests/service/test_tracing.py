"""Trace context goes through, and spans tell what happened."""

import json
import sys

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from models.errors import ConfigError
from service.app import create_app
from service.settings import Settings
from service.tracing import Tracing, check_tracing, trace_id_of

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SENT = f"00-{TRACE}-{PARENT}-01"


@pytest.mark.parametrize("sent", [SENT, f"cc-{TRACE}-{PARENT}-01", f"cc-{TRACE}-{PARENT}-01-more"])
def test_a_traceparent_is_read(sent) -> None:
    assert trace_id_of(sent) == TRACE


@pytest.mark.parametrize(
    "sent",
    [
        "",
        SENT.upper(),
        SENT + "-more",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{PARENT}",
        f"00-{TRACE}-{PARENT}-01\n",
    ],
)
def test_what_is_no_traceparent_is_passed_over(client, sent) -> None:
    assert trace_id_of(sent) == ""
    if "\n" not in sent:
        assert "traceparent" not in client.get("/healthz", headers={"traceparent": sent}).headers


def test_it_comes_back_and_stands_in_the_log(client, capfd) -> None:
    capfd.readouterr()
    response = client.post("/predict", data='{"text": "good"}', headers={"traceparent": SENT})
    assert response.headers["traceparent"] == SENT
    (line,) = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert line["trace_id"] == TRACE


def test_a_span_is_the_child_of_the_callers_and_holds_no_text(store, monkeypatch) -> None:
    exporter = InMemorySpanExporter()
    tracing = Tracing(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("service.app.open_tracing", lambda settings: tracing)
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    client = create_app(Settings(artifacts=store.folder, log_texts=True), repository).test_client()
    client.post("/predict", data='{"text": "a secret"}', headers={"traceparent": SENT, "X-Request-ID": "me"})
    client.post("/predict", data="{")
    first, second = exporter.get_finished_spans()
    assert first.name == "POST /predict"
    assert f"{first.context.trace_id:032x}" == TRACE
    assert f"{first.parent.span_id:016x}" == PARENT
    assert first.attributes["http.response.status_code"] == 200
    assert first.attributes["engram.model"] == "reviews"
    assert first.attributes["engram.request_id"] == "me"
    assert 0 <= first.end_time - first.start_time < 10e9
    assert "secret" not in first.to_json()
    assert second.parent is None
    assert second.attributes["engram.code"] == "INVALID_JSON"


def test_texts_are_logged_only_where_that_is_asked_for(store, capfd) -> None:
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    for wanted in (False, True):
        client = create_app(Settings(artifacts=store.folder, log_texts=wanted), repository).test_client()
        capfd.readouterr()
        client.post("/predict", data='{"texts": ["a secret", "b"]}')
        (line,) = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
        assert line.get("texts") == (["a secret", "b"] if wanted else None)


def test_tracing_without_its_packages_is_refused(monkeypatch) -> None:
    check_tracing(Settings(tracing=True))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    check_tracing(Settings())
    with pytest.raises(ConfigError, match="pip install opentelemetry-sdk opentelemetry-exporter"):
        check_tracing(Settings(tracing=True))


def test_nothing_of_it_is_loaded_where_nobody_traces(client) -> None:
    import subprocess

    script = """
import sys
import service.app, service.server
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 0
