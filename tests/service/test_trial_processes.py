"""Labels and candidates under two workers, as they are in production."""

import os
import signal
import time

import pytest

from models.runtime.version_labels import write_version_labels
from tests.service.process import Service

pytestmark = pytest.mark.slow

SWAPPED = ["positive", "negative"]


@pytest.fixture
def artifacts(store):
    """Version 1, and a version 2 that always answers the other label."""
    store.add("reviews", 1)
    store.add("reviews", 2, labels=SWAPPED)
    return store.folder


def ask(service: Service, number: int) -> int:
    """The version that answers."""
    status, body = service.ask(
        "POST", "/predict", {"text": f"good {number}"}, **{"X-Request-ID": f"request-{number}"}
    )
    assert status == 200
    return body["version"]


def versions(service: Service, numbers: range) -> list[int]:
    return [ask(service, number) for number in numbers]


def until_withdrawn(service: Service, seconds: float = 30.0) -> int:
    """Asks until no worker is answered by the candidate any more; the last number asked."""
    until = time.monotonic() + seconds
    number = 0
    while not service.events("candidate_withdrawn"):
        ask(service, number)
        number += 1
        assert time.monotonic() < until
    time.sleep(1.5)
    return number


def test_a_canary_that_answers_otherwise_is_withdrawn_from_every_worker(artifacts) -> None:
    with Service(artifacts, CANARY="reviews=2:30") as service:
        service.wait_until_ready()
        number = until_withdrawn(service)
        assert set(versions(service, range(number, number + 100))) == {1}
        (event,) = service.events("candidate_withdrawn")
        assert "answered otherwise" in event["reason"]
        metrics = service.ask("GET", "/metrics")[1]
        assert 'engram_withdrawn_total{model="reviews",version="2"} 1.0' in metrics
        assert 'engram_canary_requests_total{model="reviews",outcome="answered",version="2"}' in metrics


def test_another_worker_withdraws_it_when_the_one_that_decides_is_killed(artifacts) -> None:
    with Service(artifacts, CANARY="reviews=2:30") as service:
        service.wait_until_ready()
        os.kill(service.workers()[0], signal.SIGKILL)
        service.wait_for("ready", count=3)
        service.wait_until_ready()
        number = until_withdrawn(service)
        assert set(versions(service, range(number, number + 60))) == {1}


def test_the_same_request_id_is_answered_by_the_same_version_in_every_worker(store) -> None:
    store.add("reviews", 1)
    store.add("reviews", 2)
    with Service(store.folder, CANARY="reviews=2:30") as service:
        service.wait_until_ready()
        first = versions(service, range(150))
        # Connections of their own: either worker takes each.
        assert versions(service, range(150)) == first
        assert 20 <= first.count(2) <= 75, "30 % of 150, four standard deviations around"
        assert not service.events("candidate_withdrawn")


def test_a_label_moves_in_every_worker_within_a_moment(artifacts) -> None:
    write_version_labels(artifacts, {"reviews": {"stable": 1}})
    with Service(artifacts) as service:
        service.wait_until_ready()
        assert set(versions(service, range(20))) == {1}
        for version in (2, 1):
            write_version_labels(artifacts, {"reviews": {"stable": version}})
            time.sleep(2)
            assert set(versions(service, range(20))) == {version}


def test_two_services_load_the_same_folder_at_once(store) -> None:
    store.add("reviews", 1)
    with Service(store.folder, RELOAD_S=0.2) as one, Service(store.folder, RELOAD_S=0.2) as other:
        for service in (one, other):
            service.wait_until_ready()
        store.add("reviews", 2)
        for service in (one, other):
            until = time.monotonic() + 20
            while set(versions(service, range(8))) != {2}:
                assert time.monotonic() < until


def test_an_operator_s_order_reaches_every_worker_before_it_is_answered(store) -> None:
    token = "0123456789abcdef" * 2
    store.add("reviews", 1)
    with Service(store.folder, ADMIN_TOKEN=token, RELOAD_S=3600, FAKE_LOAD_S=0.3) as service:
        service.wait_until_ready()
        for version in (2, 3, 4):
            store.add("reviews", version)
            assert service.ask("POST", "/admin/reload", Authorization=f"Bearer {token}")[0] == 200
            assert set(versions(service, range(12))) == {version}


def test_a_bad_canary_is_withdrawn_from_every_worker_while_a_version_is_loaded(artifacts, store) -> None:
    with Service(artifacts, CANARY="reviews=2:30", RELOAD_S=0.5, FAKE_LOAD_S=12) as service:
        service.wait_until_ready()
        store.add("reviews", 3)
        began = time.monotonic()
        number = until_withdrawn(service, 9)
        assert set(versions(service, range(number, number + 60))) == {1}
        assert time.monotonic() - began < 12, "version 3 was not loaded before that"
        assert len(service.events("version_loaded")) == 4
