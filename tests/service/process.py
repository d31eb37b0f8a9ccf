"""A service in processes of its own, as a user starts it."""

import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self


class Service:
    """Starts ``python -m MODULE`` on a free port and reads its log.

    Args:
        inherited: the environment it starts from; by default that of the tests.
        before: what starts it.
    """

    def __init__(
        self,
        artifacts: Path,
        module: str = "tests.service.fake_service",
        tls: ssl.SSLContext | None = None,
        inherited: Mapping[str, str] = os.environ,
        before: Sequence[str] = (),
        **settings: Any,
    ) -> None:
        self.tls = tls
        environment = {name: value for name, value in inherited.items() if not name.startswith("ENGRAM_")}
        chosen = {"ARTIFACTS": artifacts, "PORT": 0, "WORKERS": 2, "THREADS": 4} | settings
        for name, value in chosen.items():
            environment[name if name.startswith("FAKE_") else f"ENGRAM_{name}"] = str(value)
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [*before, sys.executable, "-m", module],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.out: list[str] = []
        self.err: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=(stream, lines), daemon=True)
            for stream, lines in ((self.process.stdout, self.out), (self.process.stderr, self.err))
        ]
        for reader in self._readers:
            reader.start()
        address = self.wait_for("listening")["address"]
        self.port = int(address.rsplit(":", 1)[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join(10)
        self.process.stdout.close()
        self.process.stderr.close()

    @staticmethod
    def _read(stream, lines) -> None:
        for line in stream:
            lines.append(line)

    def events(self, name: str | None = None) -> list[dict]:
        """The log lines; each must be a JSON object."""
        found = [json.loads(line) for line in self.out]
        return [event for event in found if name in (None, event["event"])]

    def wait_for(self, event: str, count: int = 1, seconds: float = 60.0) -> dict:
        until = time.monotonic() + seconds
        while len(found := self.events(event)) < count:
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.err}"
            assert time.monotonic() < until, f"no {event!r} in {self.out} {self.err}"
            time.sleep(0.01)
        return found[count - 1]

    def wait_until_ready(self, seconds: float = 120.0) -> Self:
        until = time.monotonic() + seconds
        while self.ask("GET", "/readyz")[0] != 200:
            assert time.monotonic() < until, (self.out, self.err)
            time.sleep(0.05)
        return self

    def connect(self) -> http.client.HTTPConnection:
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON (or text) of one call on a connection of its own."""
        connection = self.connect()
        try:
            data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, path, data, {"Content-Type": "application/json"} | headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        is_json = response.getheader("Content-Type") == "application/json"
        return response.status, json.loads(content) if is_json else content.decode()

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def stop(self, number: int = signal.SIGTERM, seconds: float = 30.0) -> int:
        """Sends a signal to the master and waits for its end."""
        self.process.send_signal(number)
        code = self.process.wait(seconds)
        for reader in self._readers:
            reader.join(10)
        return code
