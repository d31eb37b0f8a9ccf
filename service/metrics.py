"""Prometheus metrics, right under several workers: each counts in files of its own, a scrape adds them up.

What happens in every request is counted in blocks (``tally.py``), what is rare with prometheus_client.
"""

import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from models.runtime.predictor import Predictor
from service.bins import SECONDS, bin_of
from service.exposition import REQUESTS, WORKER, TallyCollector
from service.tally import Block
from service.text_tally import TextTally
from service.versions import VersionStatus

MULTIPROCESS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """The counters of one application.

    Attributes:
        registry: for further metrics of what happens rarely.
        feedback: answers whose right label was told, by model, version and whether it was answered.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        shared = os.environ.get(MULTIPROCESS_VARIABLE)
        self._shared = shared is not None
        self._folder = Path(shared or tempfile.mkdtemp(prefix="engram-metrics-"))
        if not self._shared:
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._requests: dict[tuple[str, int, str, int], Block] = {}
        self._making = threading.Lock()
        self._worker = Block(self._folder, {"kind": WORKER}, 1)
        self._rejections = Counter(
            "engram_rejections",
            "Requests that were refused, by cause.",
            ["route", "code"],
            registry=self.registry,
        )

        self.feedback = Counter(
            "engram_feedback",
            "Answers whose right label was told, and whether it was the one answered.",
            ["model", "version", "agrees"],
            registry=self.registry,
        )

    def begin(self) -> None:
        """A request has arrived."""
        with self._worker.lock:
            self._worker.values[0] += 1

    def observe_request(self, route: str, status: int, model: str, version: int, seconds: float) -> None:
        """Counts an answered request. ``model`` is empty where none was found: callers invent no labels."""
        key = (route, status, model, version)
        block = self._requests.get(key) or self._make(key)
        values = block.values
        with block.lock:
            values[0] += seconds
            values[1 + bin_of(SECONDS, seconds)] += 1
        with self._worker.lock:
            self._worker.values[0] -= 1

    def _make(self, key: tuple[str, int, str, int]) -> Block:
        """The block of a key that was not counted before, one only however many threads ask at once."""
        route, status, model, version = key
        header = {"kind": REQUESTS, "key": [route, str(status), model, str(version) if version else ""]}
        with self._making:
            if key not in self._requests:
                self._requests[key] = Block(self._folder, header, len(SECONDS) + 2)
            return self._requests[key]

    def reject(self, route: str, code: str) -> None:
        """Counts a request that was refused."""
        self._rejections.labels(route, code).inc()

    def texts(self, predictor: Predictor) -> TextTally:
        """Counts what a version is asked and answers."""
        return TextTally(self._folder, predictor)

    def expose(self, versions: Mapping[str, Sequence[VersionStatus]]) -> bytes:
        """The metrics of all worker processes in Prometheus' text format.

        Args:
            versions: the statuses of this worker's versions, by model.
        """
        tallied = CollectorRegistry()
        tallied.register(TallyCollector(self._folder, versions))
        rare = self.registry
        if self._shared:
            rare = CollectorRegistry()
            MultiProcessCollector(rare)  # type: ignore[no-untyped-call]
        return generate_latest(tallied) + generate_latest(rare)
