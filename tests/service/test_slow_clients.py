"""Clients that send so slowly that they would hold a connection for ever."""

import contextlib
import json
import socket
import time

import pytest

from tests.service.process import Service

HEAD = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


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
        headers, _, body = received.partition(b"\r\n\r\n")
        assert headers.startswith(b"HTTP/1.1 408")
        assert b"connection: close" in headers.lower()
        assert json.loads(body)["code"] == "REQUEST_TIMEOUT"
        assert service.ask("POST", "/predict", {"text": "good"})[0] == 200
        assert "Traceback" not in "".join(service.out + service.err)


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
