"""gunicorn's worker: many connections, slow ones, idle ones, the last ones."""

import signal
import socket
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.service.process import Service

ASKED = b'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n{"text": "good"}'


@pytest.fixture
def artifacts(store) -> Path:
    store.add("reviews", 1)
    return store.folder


def reply(client: socket.socket) -> bytes:
    """One whole reply: these bodies have no other closing brackets at their end."""
    found = b""
    while b"]}" not in found and b'"live":true}' not in found:
        part = client.recv(65536)
        if not part:
            break
        found += part
    return found


def test_slow_clients_hold_nobody_up(artifacts) -> None:
    """Far more of them than threads or processes: each sends a part of a request and then nothing."""
    with Service(artifacts, WORKERS=1) as service:
        service.wait_until_ready()
        slow = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(200)]
        try:
            for number, client in enumerate(slow):
                client.sendall(ASKED[: 20 + number % (len(ASKED) - 20)])
            began = time.monotonic()
            for _ in range(20):
                assert service.ask("POST", "/predict", {"text": "good"})[0] == 200
            assert time.monotonic() - began < 5
            # And the slow ones are answered when they have said all.
            client = slow[7]
            client.sendall(ASKED[27:])
            assert b"200 OK" in reply(client)
        finally:
            for client in slow:
                client.close()


def test_a_client_that_never_pauses_does_not_starve_the_others(artifacts) -> None:
    with Service(artifacts, WORKERS=1) as service:
        service.wait_until_ready()
        greedy = socket.create_connection(("127.0.0.1", service.port))
        over = threading.Event()

        def flood() -> None:
            # Until the connection is closed under it.
            with suppress(OSError):
                while not over.is_set():
                    greedy.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
                    for _ in range(50):
                        greedy.recv(65536)

        thread = threading.Thread(target=flood, daemon=True)
        thread.start()
        try:
            took = []
            for _ in range(20):
                began = time.monotonic()
                assert service.ask("POST", "/predict", {"text": "good"})[0] == 200
                took.append(time.monotonic() - began)
            assert sorted(took)[10] < 0.5
        finally:
            over.set()
            greedy.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            greedy.close()


def test_it_is_alive_while_a_long_batch_is_computed(artifacts) -> None:
    with Service(artifacts, WORKERS=1, FAKE_RUN_S=1) as service:
        service.wait_until_ready()
        asked = threading.Thread(target=service.ask, args=("POST", "/predict", {"text": "good"}))
        asked.start()
        time.sleep(0.2)
        began = time.monotonic()
        assert service.ask("GET", "/healthz")[0] == 200
        assert time.monotonic() - began < 0.5
        asked.join(10)


def test_stopping_closes_idle_connections_and_answers_begun_requests(artifacts) -> None:
    with Service(artifacts, WORKERS=1, FAKE_RUN_S=0.7) as service, ExitStack() as stack:
        service.wait_until_ready()
        idle = stack.enter_context(socket.create_connection(("127.0.0.1", service.port)))
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in reply(idle)
        begun = stack.enter_context(socket.create_connection(("127.0.0.1", service.port)))
        begun.sendall(ASKED)
        time.sleep(0.2)
        began = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        answer = reply(begun)
        assert b"200 OK" in answer
        assert b"Connection: close" in answer
        assert idle.recv(10) == b""
        assert service.process.wait(10) == 0
        # Not as long as idle connections are kept, nor as a stop may take.
        assert time.monotonic() - began < 4
        assert service.err == []
