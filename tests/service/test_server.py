"""The service as processes: start, stop, and what happens between master and workers."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.service.process import Service


def run(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """``python -m service`` to its end."""
    environment = os.environ | {f"ENGRAM_{name}": str(value) for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def one_sentence(text: str) -> bool:
    return text.count("\n") == 1 and "Traceback" not in text


@pytest.fixture
def artifacts(store) -> Path:
    store.add("reviews", 1)
    return store.folder


def test_it_is_alive_within_3_seconds_while_the_model_still_loads(artifacts) -> None:
    """immich-app/immich#4007, kserve/kserve#1915: slow loading is neither death nor readiness."""
    with Service(artifacts, FAKE_LOAD_S=6) as service:
        assert service.ask("GET", "/healthz") == (200, {"live": True})
        assert time.monotonic() - service.began < 3
        assert service.ask("GET", "/readyz")[0] == 503
        status, body = service.ask("POST", "/predict", {"text": "good"})
        assert (status, body["code"]) == (503, "NOT_READY")
        service.wait_until_ready()
        assert time.monotonic() - service.began > 5
        assert service.ask("POST", "/predict", {"text": "good"})[0] == 200


def test_it_is_ready_only_when_all_workers_are(artifacts) -> None:
    with Service(artifacts) as service:
        service.wait_until_ready()
        assert len(service.events("ready")) == 2
        for _ in range(40):
            assert service.ask("POST", "/predict", {"text": "good"})[0] == 200


def test_the_log_holds_nothing_but_json_lines(artifacts) -> None:
    with Service(artifacts) as service:
        service.wait_until_ready()
        service.ask("POST", "/predict", {"text": "good"})
        assert service.stop() == 0
        assert [event["event"] for event in service.events()].count("version_loaded") == 2
        assert service.err == []


def test_metrics_add_up_over_workers_and_never_fall(artifacts) -> None:
    """freelawproject/courtlistener#7980: each worker reported only its own counters."""

    def count(service: Service) -> float:
        text = service.ask("GET", "/metrics")[1]
        (line,) = [
            line
            for line in text.splitlines()
            if 'requests_total{model="reviews",route="/predict",status="200"' in line
        ]
        return float(line.split()[-1])

    with Service(artifacts) as service:
        service.wait_until_ready()
        asked, answered_by = 0, set()
        # On a busy machine one worker may answer all of a few requests.
        while answered_by != set(service.workers()) and asked < 3_000:
            with ThreadPoolExecutor(8) as pool:
                replies = pool.map(lambda _: service.ask("POST", "/predict", {"text": "a"}), range(60))
                assert {status for status, _ in replies} == {200}
            asked += 60
            answered_by = {e["pid"] for e in service.events("request") if e["route"] == "/predict"}
        assert answered_by == set(service.workers())
        assert [count(service) for _ in range(10)] == [float(asked)] * 10
        # A worker that dies takes its part of the counters with it no more than its requests.
        os.kill(service.workers()[0], signal.SIGKILL)
        service.wait_for("ready", count=3)
        service.wait_until_ready()
        assert count(service) == float(asked)


def test_a_lost_worker_makes_it_unready_until_the_new_one_can_answer(artifacts) -> None:
    with Service(artifacts, FAKE_LOAD_S=1) as service:
        service.wait_until_ready()
        os.kill(service.workers()[0], signal.SIGKILL)
        until = time.monotonic() + 10
        while service.ask("GET", "/readyz")[0] == 200:
            assert time.monotonic() < until
        service.wait_until_ready()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_lets_it_answer_what_it_has_begun_and_exit_with_0(artifacts, number) -> None:
    with Service(artifacts, FAKE_RUN_S=1.5) as service, ThreadPoolExecutor(4) as pool:
        service.wait_until_ready()
        begun = [pool.submit(service.ask, "POST", "/predict", {"text": "good"}) for _ in range(4)]
        time.sleep(0.5)
        if number == signal.SIGINT:
            # Ctrl-C reaches every process of the terminal's group. Once: a second one means at once.
            os.killpg(service.process.pid, number)
            assert service.process.wait(10) == 0
        else:
            assert service.stop(number, seconds=10) == 0
        assert [future.result()[0] for future in begun] == [200] * 4
        assert "Traceback" not in "".join(service.out + service.err)


def test_a_signal_while_it_loads_ends_it_too(artifacts) -> None:
    with Service(artifacts, FAKE_LOAD_S=30) as service:
        assert service.ask("GET", "/healthz")[0] == 200
        assert service.stop(seconds=10) == 0
        assert "Traceback" not in "".join(service.out + service.err)


def test_it_leaves_nothing_behind(artifacts) -> None:
    def folders() -> set[Path]:
        return {folder for place in ("/dev/shm", "/tmp") for folder in Path(place).glob("engram-*")}

    before = folders()
    with Service(artifacts) as service:
        service.wait_until_ready()
        # Others may have started services since: its own is the one whose files its workers have mapped.
        mapped = "".join(Path(f"/proc/{pid}/maps").read_text() for pid in service.workers())
        (own,) = {folder for folder in folders() - before if f"{folder}/" in mapped}
        assert service.stop() == 0
    assert not own.exists()


def test_the_master_never_loads_tensorflow(artifacts) -> None:
    """benoitc/gunicorn#2369, SeldonIO/seldon-core#2220: TensorFlow does not survive a fork."""
    script = """
import sys
import service.__main__, service.server, service.app
found = sorted(name for name in sys.modules if name.split(".")[0] in ("tensorflow", "keras"))
assert not found, found
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_port_in_use_is_one_sentence_and_exit_1(tmp_path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = run(PORT=other.getsockname()[1], ARTIFACTS=tmp_path)
    assert done.returncode == 1
    assert one_sentence(done.stderr)
    assert "in use" in done.stderr


def test_a_missing_artifacts_folder_is_one_sentence_and_exit_2(tmp_path) -> None:
    done = run(ARTIFACTS=tmp_path / "nope")
    assert done.returncode == 2
    assert one_sentence(done.stderr)
    assert "nope" in done.stderr


def test_an_artifacts_folder_that_cannot_be_listed_is_exit_2(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    done = run(ARTIFACTS=tmp_path / "file")
    assert (done.returncode, one_sentence(done.stderr)) == (2, True)


@pytest.mark.parametrize("content", [None, "", '{"reviews": 1}', "folder"])
def test_version_labels_that_cannot_be_read_are_one_sentence_and_exit_2(artifacts, tmp_path, content) -> None:
    """Another version would answer in place of the stable one."""
    state = tmp_path / "state"
    if content is not None:
        state.mkdir()
        path = state / "version-labels.json"
        path.mkdir() if content == "folder" else path.write_text(content)
    done = run(ARTIFACTS=artifacts, STATE=state, PORT=0)
    assert (done.returncode, one_sentence(done.stderr)) == (2, True)
    assert str(state) in done.stderr


def test_so_are_those_in_the_folder_of_the_models(artifacts) -> None:
    (artifacts / "version-labels.json").write_text("{")
    done = run(ARTIFACTS=artifacts, PORT=0)
    assert (done.returncode, one_sentence(done.stderr)) == (2, True)


def test_a_wrong_setting_or_argument_is_exit_2(tmp_path) -> None:
    done = run(ARTIFACTS=tmp_path, HOST="0.0.0.0")
    assert (done.returncode, one_sentence(done.stderr)) == (2, True)
    assert run("--unknown", ARTIFACTS=tmp_path).returncode == 2


def test_an_empty_folder_serves_503_until_a_version_comes(store) -> None:
    with Service(store.folder, RELOAD_S=0.1) as service:
        assert service.ask("GET", "/healthz")[0] == 200
        assert service.ask("POST", "/predict", {"text": "good"})[0] == 503
        store.add("reviews", 1)
        service.wait_until_ready()
        assert service.ask("POST", "/predict", {"text": "good"})[0] == 200


def test_clients_that_hang_up_or_talk_nonsense_harm_nobody(artifacts) -> None:
    with Service(artifacts, FAKE_RUN_S=0.3, WORKERS=1) as service:
        service.wait_until_ready()
        request = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n"
        for sent in (
            b"",
            b"POST /pre",
            request,
            request + b'{"text"',
            request + b'{"text": "good"}',
            b"\x16\x03\x01\x00",
        ):
            for _ in range(6):
                with socket.create_connection(("127.0.0.1", service.port)) as client:
                    client.sendall(sent)
        assert service.ask("POST", "/predict", {"text": "good"})[0] == 200
        assert "Traceback" not in "".join(service.out + service.err)
        # Not those to /readyz: until the model is loaded, 503 is its right answer.
        asked = [event for event in service.events("request") if event["route"] != "/readyz"]
        assert [event for event in asked if event["status"] >= 500] == []


def test_a_chunked_body_has_the_same_limit(artifacts) -> None:
    with Service(artifacts, MAX_BODY=20_000) as service:
        service.wait_until_ready()

        def chunks(count: int):
            yield b'{"text": "good '
            for _ in range(count):
                yield b" " * 1000
            yield b'"}'

        answers = []
        for count in (1, 100):
            connection = service.connect()
            connection.request("POST", "/predict", chunks(count), encode_chunked=True)
            response = connection.getresponse()
            answers.append((response.status, json.loads(response.read()).get("code")))
            connection.close()
        assert answers == [(200, None), (413, "BODY_TOO_LARGE")]


def test_connections_are_kept_alive(artifacts) -> None:
    with Service(artifacts) as service:
        service.wait_until_ready()
        connection = service.connect()
        for _ in range(20):
            connection.request("POST", "/predict", b'{"text": "good"}')
            response = connection.getresponse()
            response.read()
            assert response.status == 200
            assert connection.sock is not None
        connection.close()


def test_texts_are_computed_together_under_load(artifacts) -> None:
    with Service(artifacts, WORKERS=1, THREADS=8, FAKE_RUN_S=0.02) as service:
        service.wait_until_ready()
        barrier = threading.Barrier(8)

        def ask(_: int) -> int:
            barrier.wait(10)
            return service.ask("POST", "/predict", {"text": "good"})[0]

        with ThreadPoolExecutor(8) as pool:
            for _ in range(5):
                assert list(pool.map(ask, range(8))) == [200] * 8
        text = service.ask("GET", "/metrics")[1]
        (batches,) = [
            line.split()[-1] for line in text.splitlines() if line.startswith("engram_batch_rows_count")
        ]
        assert float(batches) < 30
