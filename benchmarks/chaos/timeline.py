"""Which version may have answered a request that named none."""

import threading
import time
from dataclasses import dataclass


@dataclass(slots=True)
class _Term:
    version: int
    begins: float
    ends: float = float("inf")


class Timeline:
    """The terms of the versions that answer by default; two overlap while one takes over from the other."""

    def __init__(self, version: int) -> None:
        self._terms = [_Term(version, 0.0)]
        self._lock = threading.Lock()

    @property
    def current(self) -> int:
        """Who answers now."""
        return self._terms[-1].version

    def begin(self, version: int) -> None:
        """From now on ``version`` may answer."""
        with self._lock:
            self._terms.append(_Term(version, time.monotonic()))

    def settle(self) -> None:
        """From now on nobody else may."""
        now = time.monotonic()
        with self._lock:
            for term in self._terms[:-1]:
                term.ends = min(term.ends, now)

    def candidates(self, sent: float, answered: float) -> set[int]:
        """Versions of which one may have answered a request between these times."""
        with self._lock:
            return {term.version for term in self._terms if term.begins <= answered and sent <= term.ends}
