"""A candidate beside the version that serves: who answers, and how often the two differ."""

import hashlib
import random
import threading
from dataclasses import dataclass, fields
from typing import Literal

from service.versions import LoadedVersion

Kind = Literal["canary", "shadow"]
_PARTS = 2**64


@dataclass(slots=True)
class Counts:
    """What was seen of a candidate: requests it should answer and failed to, texts compared and answered
    differently."""

    requests: int = 0
    failures: int = 0
    compared: int = 0
    disagreed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def __sub__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, each.name) - getattr(other, each.name) for each in fields(self)))


class Trial:
    """A candidate and the version it is held against.

    As a canary it answers ``percent`` of the requests; as a shadow it is asked as well and never answers.
    """

    def __init__(self, candidate: LoadedVersion, stable: LoadedVersion, percent: float | None) -> None:
        self.candidate = candidate
        self.stable = stable
        self.percent = percent
        self.kind: Kind = "shadow" if percent is None else "canary"
        self._lock = threading.Lock()
        self._counts = Counts()

    @property
    def counts(self) -> Counts:
        """What was seen until now, in this process."""
        with self._lock:
            return self._counts + Counts()

    def answers(self, key: str | None) -> bool:
        """Whether the candidate answers a request: the same for the same ``key``, else by chance."""
        if self.percent is None:
            return False
        if key is None:
            return random.random() * 100 < self.percent
        text = f"{self.candidate.name}/{self.candidate.version}:{key}"
        number = int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest())
        return number / _PARTS * 100 < self.percent

    def other(self, loaded: LoadedVersion) -> LoadedVersion:
        """The one that ``loaded`` is held against."""
        return self.stable if loaded is self.candidate else self.candidate

    def count_request(self, *, failed: bool) -> None:
        """The candidate should have answered a request."""
        with self._lock:
            self._counts.requests += 1
            self._counts.failures += failed

    def count_texts(self, compared: int, disagreed: int) -> None:
        """Both have answered ``compared`` texts."""
        with self._lock:
            self._counts.compared += compared
            self._counts.disagreed += disagreed
