"""Under several workers, whichever is asked, while some of them die: a scrape shows what was answered."""

import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.service.process import Service

pytestmark = pytest.mark.slow


def totals(service: Service) -> dict[str, float]:
    """Sums over all labels, of the route that predicts."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(service.ask("GET", "/metrics")[1]):
        for sample in family.samples:
            if sample.labels.get("route", "/predict") == "/predict":
                found[sample.name] = found.get(sample.name, 0.0) + sample.value
    return found


def test_any_scrape_equals_the_requests_answered_so_far(store) -> None:
    """freelawproject/courtlistener#7980, rycus86/prometheus_flask_exporter#38: counters that jump."""
    store.add("reviews", 1)
    with Service(store.folder) as service, ThreadPoolExecutor(4) as pool:
        service.wait_until_ready()
        answered = texts = refused = 0
        generator = random.Random(1)
        for _ in range(15):
            sizes = [generator.randrange(4) for _ in range(12)]
            bodies = [{"texts": ["good film"] * size} for size in sizes]
            statuses = list(pool.map(lambda body: service.ask("POST", "/predict", body)[0], bodies))
            assert statuses == [200 if size else 422 for size in sizes]
            answered, texts = answered + len(sizes), texts + sum(sizes)
            refused += sizes.count(0)
            # Either worker may answer this one.
            seen = totals(service)
            assert seen["engram_requests_total"] == seen["engram_request_seconds_count"] == answered
            assert seen["engram_texts_total"] == seen["engram_labels_total"] == texts
            assert seen["engram_confidence_count"] == seen["engram_queue_seconds_count"] == texts
            assert seen["engram_batch_rows_sum"] == texts
            assert seen.get("engram_rejections_total", 0) == refused
            assert seen["engram_requests_in_flight"] == 0
        assert len({event["pid"] for event in service.events("request")}) == 2


def test_a_scrape_never_falls_and_loses_nothing_when_workers_are_killed(store) -> None:
    store.add("reviews", 1)
    with Service(store.folder) as service:
        service.wait_until_ready()
        answered, stop = [], threading.Event()

        def ask() -> None:
            while not stop.is_set():
                try:
                    status, _ = service.ask("POST", "/predict", {"text": "good"})
                except (OSError, HTTPException):
                    continue  # it was in the worker that was killed
                answered.append(status)

        clients = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
        for client in clients:
            client.start()
        try:
            last = 0.0
            for kill in (False, True, False, True):
                if kill:
                    os.kill(service.workers()[0], signal.SIGKILL)
                until = time.monotonic() + 1.0
                while time.monotonic() < until:
                    before = len(answered)
                    try:
                        seen = totals(service)
                    except (OSError, HTTPException):
                        continue
                    assert seen.get("engram_requests_total", 0) >= max(last, before)
                    last = seen.get("engram_requests_total", 0)
        finally:
            stop.set()
            for client in clients:
                client.join(30)
        service.wait_until_ready()
        seen = totals(service)
        # At most three were counted in a killed worker and never reached their client.
        assert len(answered) <= seen["engram_requests_total"] <= len(answered) + 6
        assert seen["engram_requests_in_flight"] == 0
