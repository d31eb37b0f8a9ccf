"""What a worker needs to begin may break after the start: its successor begins all the same."""

import hashlib
import json
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from models.runtime.version_labels import write_version_labels
from tests.service.process import Service
from tests.service.test_server import one_sentence, run

BODY = {"text": "good"}
TOKEN = "0123456789abcdef" * 2


def line(name: str, key: str) -> str:
    return f"{name}:{hashlib.sha256(key.encode()).hexdigest()}\n"


def replace_worker(service: Service) -> None:
    """Kills the only worker; returns when another one is ready."""
    ready = len(service.events("ready"))
    os.kill(service.workers()[0], signal.SIGKILL)
    service.wait_for("ready", ready + 1)


def ask(service: Service, key: str | None) -> int:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return service.ask("POST", "/predict", BODY, **headers)[0]


def id_of_answer(service: Service) -> str:
    """The id of a request that was answered, by which feedback is told."""
    connection = service.connect()
    try:
        connection.request("POST", "/predict", json.dumps(BODY), {"Content-Type": "application/json"})
        response = connection.getresponse()
        assert (response.status, bool(response.read())) == (200, True)
        return response.headers["X-Request-ID"]
    finally:
        connection.close()


@pytest.fixture
def artifacts(store) -> Path:
    store.add("reviews", 1)
    return store.folder


def test_without_a_usable_file_of_keys_the_keys_read_last_stay_in_force(artifacts, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("keys") / "keys"
    path.write_text(line("shop", "first") + line("desk", "second"))
    with Service(artifacts, WORKERS=1, API_KEYS=path) as service:
        service.wait_until_ready()
        # Taken away while it runs: a successor must not know it again.
        path.write_text(line("desk", "second"))
        until = time.monotonic() + 10
        while ask(service, "first") == 200:
            assert time.monotonic() < until
        for broken in (b"", b"# none\n", b"\xff", None):
            path.unlink() if broken is None else path.write_bytes(broken)
            replace_worker(service)
            assert (ask(service, "second"), ask(service, "first"), ask(service, None)) == (200, 401, 401)
        assert len(service.events("api_keys_unreadable")) >= 4
        assert {event["level"] for event in service.events("api_keys_unreadable")} == {"error"}
        path.write_text(line("desk", "third"))
        replace_worker(service)
        assert (ask(service, "third"), ask(service, "second")) == (200, 401)
        assert service.stop() == 0


@pytest.mark.parametrize("content", ["", "broken\n", None])
def test_the_start_itself_is_refused(artifacts, tmp_path_factory, content) -> None:
    path = tmp_path_factory.mktemp("keys") / "keys"
    if content is not None:
        path.write_text(content)
    done = run(ARTIFACTS=artifacts, API_KEYS=path, PORT=0)
    assert (done.returncode, one_sentence(done.stderr)) == (2, True)
    assert "ENGRAM_API_KEYS" in done.stderr


def test_without_the_folder_of_feedback_everything_else_is_answered(artifacts, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("feedback") / "told"
    away = folder.with_name("away")
    with Service(artifacts, WORKERS=1, FEEDBACK=folder) as service:
        service.wait_until_ready()
        folder.rename(away)
        replace_worker(service)
        told = {"request_id": id_of_answer(service), "label": "positive"}
        status, reply = service.ask("POST", "/feedback", told)
        assert (status, reply["code"]) == (503, "FEEDBACK_UNAVAILABLE")
        (event,) = service.events("feedback_unusable")
        assert event["level"] == "error"
        assert not folder.exists(), "texts are stored nowhere else"
        away.rename(folder)
        assert service.ask("POST", "/feedback", told | {"request_id": id_of_answer(service)})[0] == 200
        assert service.stop() == 0


def test_without_the_folder_of_labels_the_stable_version_answers(artifacts, store, tmp_path_factory) -> None:
    store.add("reviews", 2)
    state = tmp_path_factory.mktemp("labels") / "state"
    state.mkdir()
    write_version_labels(state, {"reviews": {"stable": 1}})
    with Service(artifacts, WORKERS=1, STATE=state, RELOAD_S=0.5, ADMIN_TOKEN=TOKEN) as service:
        service.wait_until_ready()
        state.rename(state.with_name("away"))
        # An unmounted volume leaves an empty folder.
        state.mkdir()
        service.wait_for("labels_unreadable")
        replace_worker(service)
        # As long as both threads that read the labels take to look again.
        time.sleep(1.5)
        assert service.ask("POST", "/predict", BODY)[1]["version"] == 1
        assert service.ask("GET", "/readyz")[0] == 200
        moved = ("POST", "/admin/models/reviews/labels/next", {"version": 2})
        status, reply = service.ask(*moved, Authorization=f"Bearer {TOKEN}")
        assert (status, reply["code"]) == (503, "STATE_UNAVAILABLE")
        state.rmdir()
        state.with_name("away").rename(state)
        write_version_labels(state, {"reviews": {"stable": 2}})
        until = time.monotonic() + 10
        while service.ask("POST", "/predict", BODY)[1]["version"] != 2:
            assert time.monotonic() < until
        assert service.stop() == 0


def test_a_worker_that_cannot_begin_is_tried_again(artifacts) -> None:
    """Whatever it lacks: gunicorn's master would end with 3, and the other workers with it."""
    with Service(artifacts, WORKERS=1) as service:
        service.wait_until_ready()
        worker = service.workers()[0]
        mapped = Path(f"/proc/{worker}/maps").read_text()
        (metrics,) = {
            Path(part).parent for part in mapped.split() if "/engram-" in part and "/metrics/" in part
        }
        shutil.move(metrics, metrics.with_name("away"))
        os.kill(worker, signal.SIGKILL)
        service.wait_for("worker_cannot_begin", 2)
        shutil.move(metrics.with_name("away"), metrics)
        service.wait_for("ready", 2)
        assert service.ask("POST", "/predict", BODY)[0] == 200
        assert service.stop() == 0
