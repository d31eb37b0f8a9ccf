"""Prometheus metrics, right under several workers: each writes files of its own, a scrape adds them up."""

import os

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

MULTIPROCESS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """The counters of one application; other parts add theirs to its ``registry``."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        # Looking a child up by its labels costs more than counting.
        self._children: dict[tuple[str, int, str, int], tuple[Counter, Histogram]] = {}
        self.requests = Counter(
            "engram_requests_total",
            "Requests answered.",
            ["route", "status", "model", "version"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "engram_request_seconds",
            "Seconds from a request's arrival in the application to its answer.",
            ["route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.batch_rows = Histogram(
            "engram_batch_rows", "Texts computed together.", buckets=_ROWS, registry=self.registry
        )

    def observe_request(self, route: str, status: int, model: str, version: int, seconds: float) -> None:
        """Counts an answered request. ``model`` is empty where none was found: callers invent no labels."""
        key = (route, status, model, version)
        children = self._children.get(key)
        if children is None:
            labels = (route, str(status), model, str(version) if version else "")
            children = self._children[key] = (self.requests.labels(*labels), self.seconds.labels(route))
        requests, histogram = children
        requests.inc()
        histogram.observe(seconds)

    def expose(self) -> bytes:
        """The metrics of all worker processes in Prometheus' text format."""
        if MULTIPROCESS_VARIABLE not in os.environ:
            return generate_latest(self.registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
