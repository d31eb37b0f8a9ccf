"""Clients that send so slowly that they would hold a connection for ever."""

import contextlib
import json
import socket
import time

import pytest

from tests.service.process import Service

HEAD = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


def assert_timed_out(received: bytes, service: Service) -> None:
    """The last reply is a 408 that ends the connection, and the service answers others after it."""
    *_, last = received.split(b"HTTP/1.1 ")
    headers, _, body = last.partition(b"\r\n\r\n")
    assert headers.startswith(b"408")
    assert b"connection: close" in headers.lower()
    assert json.loads(body)["code"] == "REQUEST_TIMEOUT"
    assert service.ask("POST", "/predict", {"text": "good"})[0] == 200
    assert "Traceback" not in "".join(service.out + service.err)


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (HEAD + b"Content-Length: 1000\r\n\r\n", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    ],
    ids=["a declared length", "chunks"],
)
def test_a_body_that_never_ends_is_408_and_others_are_answered_meanwhile(store, head, piece) -> None:
    store.add("reviews", 1)
    with Service(store.folder, WORKERS=1, TIMEOUT_S=1, CLIENT_TIMEOUT_S=1) as service:
        service.wait_until_ready()
        with socket.create_connection(("127.0.0.1", service.port), timeout=20) as slow:
            began = time.monotonic()
            slow.sendall(head)
            slow.settimeout(0.2)
            received = b""
            while not received:
                assert time.monotonic() - began < 10
                slow.sendall(piece)
                assert service.ask("POST", "/predict", {"text": "good"})[0] == 200
                with contextlib.suppress(TimeoutError):
                    received = slow.recv(1)
            slow.settimeout(20)
            while more := slow.recv(10_000):
                received += more
        assert time.monotonic() - began > 1.5
        assert_timed_out(received, service)


def test_a_quick_connection_that_is_kept_is_not_ended(store) -> None:
    store.add("reviews", 1)
    with Service(store.folder, WORKERS=1, TIMEOUT_S=0.5, CLIENT_TIMEOUT_S=0.5) as service:
        service.wait_until_ready()
        connection = service.connect()
        for _ in range(10):
            connection.request("POST", "/predict", b'{"text": "good"}')
            response = connection.getresponse()
            response.read()
            assert response.status == 200
            time.sleep(0.25)
        connection.close()


@pytest.mark.parametrize(
    "before",
    [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"],
    ids=["the first request", "a later one that began with another"],
)
def test_a_head_that_never_ends_is_408(store, before) -> None:
    store.add("reviews", 1)
    with Service(store.folder, WORKERS=1, TIMEOUT_S=1, CLIENT_TIMEOUT_S=1) as service:
        service.wait_until_ready()
        with socket.create_connection(("127.0.0.1", service.port), timeout=20) as slow:
            began = time.monotonic()
            slow.sendall(before + HEAD)
            received = b""
            while more := slow.recv(10_000):
                received += more
        assert 0.9 < time.monotonic() - began < 10
        assert_timed_out(received, service)


def test_a_head_that_comes_byte_by_byte_is_408_too(store) -> None:
    store.add("reviews", 1)
    with Service(store.folder, WORKERS=1, TIMEOUT_S=1, CLIENT_TIMEOUT_S=1) as service:
        service.wait_until_ready()
        with socket.create_connection(("127.0.0.1", service.port), timeout=0.1) as slow:
            began = time.monotonic()
            received = b""
            slow.sendall(HEAD)
            while not received:
                assert time.monotonic() - began < 10
                with contextlib.suppress(TimeoutError):
                    received = slow.recv(8192)
                if not received:
                    slow.sendall(b"x")
        assert received.startswith(b"HTTP/1.1 408")


def test_a_connection_without_a_request_is_kept_longer_than_a_head_may_take(store) -> None:
    store.add("reviews", 1)
    with Service(store.folder, WORKERS=1, TIMEOUT_S=0.5, CLIENT_TIMEOUT_S=0.5) as service:
        service.wait_until_ready()
        with socket.create_connection(("127.0.0.1", service.port), timeout=20) as client:
            for _ in range(2):
                time.sleep(1.2)
                client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                received = b""
                while not received.endswith(b'{"live":true}'):
                    received += client.recv(10_000)
                assert received.startswith(b"HTTP/1.1 200")


def test_a_client_that_does_not_read_its_replies_is_cut_off(store) -> None:
    store.add("reviews", 1)
    asked = 600
    with Service(store.folder, WORKERS=1, TIMEOUT_S=0.5, CLIENT_TIMEOUT_S=0.5) as service:
        service.wait_until_ready()
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.settimeout(20)
            deaf.connect(("127.0.0.1", service.port))
            deaf.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * asked)
            time.sleep(2.5)
            assert service.ask("POST", "/predict", {"text": "good"})[0] == 200
            answered = [event for event in service.events("request") if event["route"] == "/openapi.json"]
            # More was asked than fits in the buffers between the two.
            assert 0 < len(answered) < asked
            began = time.monotonic()
            with contextlib.suppress(ConnectionResetError):
                while deaf.recv(2**20):
                    pass
            # Its connection is at an end, not kept.
            assert time.monotonic() - began < 10
        assert len([e for e in service.events("request") if e["route"] == "/openapi.json"]) == len(answered)
        assert "Traceback" not in "".join(service.out + service.err)
