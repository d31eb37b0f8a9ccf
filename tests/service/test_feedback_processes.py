"""Feedback under two workers: whoever answered, the other one finds it, and a crash loses nothing written."""

import contextlib
import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.service.process import Service
from tests.service.test_server import one_sentence, run

pytestmark = pytest.mark.slow


def test_what_any_worker_answered_can_be_told_to_any(store, tmp_path_factory) -> None:
    store.add("reviews", 1)
    folder = tmp_path_factory.mktemp("told")

    def ask(number: int) -> str:
        # All send the same id: each reply has another one, whichever worker answers.
        headers = {"Content-Type": "application/json", "X-Request-ID": "ticket-17"}
        with contextlib.closing(service.connect()) as connection:
            connection.request("POST", "/predict", json.dumps({"text": f"good {number}"}), headers)
            response = connection.getresponse()
            assert response.status == 200, response.read()
            return response.headers["X-Request-ID"]

    def tell(number: int) -> tuple[int, bool]:
        body = {"request_id": ids[number % 40], "label": "positive"}
        status, reply = service.ask("POST", "/feedback", body)
        return status, reply["new"]

    with Service(store.folder, FEEDBACK=folder) as service, ThreadPoolExecutor(8) as pool:
        service.wait_until_ready()
        ids = list(pool.map(ask, range(40)))
        # Those that answered are gone: their successors know what they said.
        for worker in service.workers():
            os.kill(worker, signal.SIGKILL)
        service.wait_for("ready", 4)
        told = list(pool.map(tell, range(120)))
        assert {status for status, _ in told} == {200}
        status, reply = service.ask("POST", "/feedback", {"request_id": "ticket-17", "label": "positive"})
        assert (status, reply["code"]) == (404, "ANSWER_NOT_FOUND")
        assert sum(new for _, new in told) == 40
        metrics = service.ask("GET", "/metrics")[1]
        assert service.stop() == 0
    counts = [line for line in metrics.splitlines() if line.startswith("engram_feedback_total{")]
    assert sum(float(line.split()[-1]) for line in counts) == 40
    rows = [json.loads(line) for line in (folder / "reviews.jsonl").read_text().splitlines()]
    told_of = {row["request_id"]: row["text"] for row in rows}
    assert told_of == {request_id: f"good {number}" for number, request_id in enumerate(ids)}
    assert len(rows) == 40
    with Service(store.folder, FEEDBACK=folder) as service:
        service.wait_until_ready()
        assert tell(7) == (200, False)


def test_a_folder_that_cannot_be_used_ends_with_2(store) -> None:
    store.add("reviews", 1)
    done = run(ARTIFACTS=store.folder, FEEDBACK="/dev/null/told")
    assert done.returncode == 2
    assert one_sentence(done.stderr)
    assert "ENGRAM_FEEDBACK is /dev/null/told" in done.stderr


def test_the_help_says_that_texts_are_stored() -> None:
    said = run("--help").stdout
    assert "ENGRAM_FEEDBACK (not set)" in said
    assert "texts of all answers are then stored" in said
