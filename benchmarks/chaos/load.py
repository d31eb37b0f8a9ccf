"""Clients that send requests at given times, whatever becomes of earlier ones, and check each answer."""

import http.client
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.chaos.timeline import Timeline
from benchmarks.chaos.versions import Versions

_CLIENTS = 24


@dataclass(slots=True)
class Seen:
    """What the clients saw; times are those of ``time.monotonic()``."""

    answered: Counter[str] = field(default_factory=Counter)
    broken_off: list["BrokenOff"] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BrokenOff:
    """A request that got no answer: whose, when its connection was made, when it was sent, when that was
    known."""

    client: int
    connected: float
    sent: float
    known: float


class Clients:
    """Ask ``rate`` requests a second until they are stopped."""

    def __init__(
        self, port: int, rate: float, texts: Sequence[str], versions: Versions, timeline: Timeline
    ) -> None:
        self.seen = Seen()
        self._port = port
        self._texts = texts
        self._versions = versions
        self._timeline = timeline
        self._period = 1 / rate
        self._numbers = itertools.count()
        self._began = time.monotonic()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(client,)) for client in range(_CLIENTS)]

    def start(self) -> None:
        """Begins."""
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends, when what was sent is answered."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _run(self, client: int) -> None:
        connection = self._connect()
        while True:
            number = next(self._numbers)
            due = self._began + number * self._period
            if self._stopped.wait(max(0.0, due - time.monotonic())):
                connection.close()
                return
            connection = self._ask(client, connection, number)

    def _connect(self) -> "_Connection":
        return _Connection("127.0.0.1", self._port, timeout=30)

    def _ask(self, client: int, connection: "_Connection", number: int) -> "_Connection":
        path, body, read = self._request(number)
        for _ in range(2):
            sent = time.monotonic()
            try:
                connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
                reply = connection.getresponse()
                content = reply.read()
            except (OSError, http.client.HTTPException):
                with self._lock:
                    known = time.monotonic()
                    self.seen.broken_off.append(BrokenOff(client, connection.made, sent, known))
                connection.close()
                # As every client does: its worker may have gone since the last request.
                connection = self._connect()
                continue
            self._check(path, reply.status, content, read, sent)
            return connection
        self._fault(f"{path} got no answer, twice")
        return connection

    def _request(self, number: int) -> tuple[str, Any, Callable[[Any], list[tuple[str, list[float]]]]]:
        """A path, a body, and what reads texts and probabilities from the reply."""
        name = self._versions.name
        texts = [self._texts[(number + place) % len(self._texts)] for place in range(1 + number % 3)]

        def columns(rows: Sequence[list[float]]) -> list[tuple[str, list[float]]]:
            return list(zip(texts, rows, strict=True))

        if number % 4 == 0:
            return (
                f"/v1/models/{name}:predict",
                {"instances": texts},
                lambda reply: columns([row["probabilities"] for row in reply["predictions"]]),
            )
        if number % 4 == 1:
            tensor = {"name": "text", "shape": [len(texts)], "datatype": "BYTES", "data": texts}
            body = {"inputs": [tensor], "outputs": [{"name": "probabilities"}]}
            return (
                f"/v2/models/{name}/infer",
                body,
                lambda reply: columns(_rows(reply["outputs"][0])),
            )
        return (
            "/predict",
            {"texts": texts, "model": name},
            lambda reply: columns(
                [[p for _, p in sorted(row["probabilities"].items())] for row in reply["predictions"]]
            ),
        )

    def _check(self, path: str, status: int, content: bytes, read: Callable[..., Any], sent: float) -> None:
        now = time.monotonic()
        with self._lock:
            self.seen.answered[f"{status}"] += 1
            self.seen.seconds.append(now - sent)
        if status != 200:
            self._fault(f"{path} was answered {status}: {content[:200]!r}")
            return
        body = json.loads(content)
        possible = self._timeline.candidates(sent, now)
        said = body.get("version", body.get("model_version"))
        if said is not None and int(said) not in possible:
            self._fault(f"{path} was answered by version {said}; only {sorted(possible)} could")
            return
        answers = read(body)
        for version in possible if said is None else {int(said)}:
            if all(self._versions.is_right(version, text, found) for text, found in answers):
                return
        self._fault(f"{path} was answered wrongly: {answers[0][1]}, by none of {sorted(possible)}")

    def _fault(self, sentence: str) -> None:
        with self._lock:
            self.seen.faults.append(sentence)


class _Connection(http.client.HTTPConnection):
    """A connection that knows when it was made."""

    made = 0.0

    def connect(self) -> None:
        self.made = time.monotonic()
        super().connect()


def _rows(tensor: dict[str, Any]) -> list[list[float]]:
    width = tensor["shape"][1]
    data = tensor["data"]
    return [data[start : start + width] for start in range(0, len(data), width)]
