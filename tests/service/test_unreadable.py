"""What is no HTTP gets the same kind of reply as all else, and is quoted neither there nor in the log."""

import json
import socket
from collections.abc import Iterator

import pytest
from gunicorn.http.errors import InvalidHeader, InvalidResponseHeader
from prometheus_client.parser import text_string_to_metric_families

from service.unreadable import answer_unreadable
from tests.service.fakes import FakeStore
from tests.service.process import Service

SECRET = b"SECRETKEY"
HOST = b"Host: x\r\n"
CHUNKED = b"POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    store = FakeStore(tmp_path_factory.mktemp("artifacts"))
    store.add("reviews", 1)
    with Service(store.folder, WORKERS=1) as service:
        yield service.wait_until_ready()


def split(received: bytes) -> tuple[int, dict[str, str], dict]:
    """Status, headers and body of the one reply that came."""
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    assert int(headers["content-length"]) == len(body)
    return int(first.split()[1]), headers, json.loads(body)


def ask(service: Service, sent: bytes) -> tuple[int, dict[str, str], dict]:
    """The reply; returns only where the connection was closed behind it."""
    received = b""
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as client:
        client.sendall(sent)
        while more := client.recv(65536):
            received += more
    return split(received)


def rejections(service: Service, code: str) -> float:
    """How many unreadable requests of this code the metrics have counted."""
    text = service.ask("GET", "/metrics")[1]
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "engram_rejections_total" and sample.labels == {
                "route": "unreadable",
                "code": code,
            }:
                return sample.value
    return 0


def check(service: Service, headers: dict[str, str], body: dict) -> None:
    assert set(body) == {"error", "code"}
    assert headers["content-type"] == "application/json"
    assert headers["connection"] == "close"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert len(headers["x-request-id"]) == 32
    log = "".join(service.out + service.err)
    assert SECRET.decode() not in f"{headers}{body}{log}"
    assert "Traceback" not in log


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization Bearer SECRETKEY\r\n\r\n", 400, "BAD_REQUEST"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n SECRETKEY\r\n\r\n", 400, "BAD_REQUEST"),
        (b"SECRETKEY\r\n\r\n", 400, "BAD_REQUEST"),
        (b"GET /?key=SECRETKEY HTTP/9.9\r\nHost: x\r\n\r\n", 400, "BAD_REQUEST"),
        (b"g@t /?key=SECRETKEY HTTP/1.1\r\nHost: x\r\n\r\n", 400, "BAD_REQUEST"),
        (b"GET /" + b"a" * 5000 + b"SECRETKEY HTTP/1.1\r\nHost: x\r\n\r\n", 414, "URI_TOO_LONG"),
        (
            b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 9000 + b"SECRETKEY\r\n\r\n",
            431,
            "HEADERS_TOO_LARGE",
        ),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: SECRETKEY\r\n" * 200 + b"\r\n", 431, "HEADERS_TOO_LARGE"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: SECRETKEY\r\n\r\n", 501, "NOT_IMPLEMENTED"),
    ],
    ids=[
        "no colon",
        "a folded header",
        "no request",
        "a version",
        "a method",
        "a long line",
        "a long header",
        "many headers",
        "a coding",
    ],
)
def test_what_is_no_http_is_answered_as_all_else_and_never_quoted(service, sent, status, code) -> None:
    before = len(service.events("request_unreadable"))
    counted = rejections(service, code)
    got, headers, body = ask(service, sent)
    assert (got, body["code"]) == (status, code)
    assert rejections(service, code) == counted + 1
    event = service.wait_for("request_unreadable", before + 1)
    assert event["request_id"] == headers["x-request-id"]
    assert (event["status"], event["code"]) == (status, code)
    check(service, headers, body)


@pytest.mark.parametrize(
    "chunks",
    [
        b"zz\r\nSECRETKEY\r\n0\r\n\r\n",
        b"-5\r\nSECRETKEY\r\n0\r\n\r\n",
        b"5\r\nSECRETKEY\r\n0\r\n\r\n",
        b"2\r\n{}\r\n0\r\nSECRETKEY\r\n\r\n",
        b"2;\x00SECRETKEY\r\n{}\r\n0\r\n\r\n",
    ],
    ids=["a size", "a negative size", "a terminator", "a trailer", "an extension"],
)
def test_a_body_that_is_not_chunked_as_it_says_is_400_and_the_last_one(service, chunks) -> None:
    before = len(service.events("request"))
    status, headers, body = ask(service, CHUNKED + chunks)
    assert (status, body["code"]) == (400, "INVALID_BODY")
    event = service.wait_for("request", before + 1)
    assert (event["route"], event["status"], event["code"]) == ("/predict", 400, "INVALID_BODY")
    check(service, headers, body)


def test_a_body_that_is_chunked_well_is_answered(service) -> None:
    close = CHUNKED.replace(HOST, HOST + b"Connection: close\r\n")
    received = b""
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as client:
        client.sendall(close + b'10\r\n{"text": "good"}\r\n0\r\nX-Trailer: 1\r\n\r\n')
        while more := client.recv(65536):
            received += more
    assert received.startswith(b"HTTP/1.1 200")


def test_a_bug_is_500_and_only_then_the_log_holds_a_traceback(caplog, capfd) -> None:
    rejected: list[tuple[str, str]] = []
    for error, expected in (
        (InvalidHeader("X SECRETKEY"), 400),
        (InvalidResponseHeader("X"), 500),
        (ValueError("x"), 500),
    ):
        caplog.clear()
        status, _, body = split(answer_unreadable(error, lambda *what: rejected.append(what)))
        assert status == expected
        assert rejected.pop() == ("unreadable", body["code"])
        assert bool(caplog.records) == (expected == 500)
        assert json.loads(capfd.readouterr().out.splitlines()[0])["error"] == type(error).__name__
