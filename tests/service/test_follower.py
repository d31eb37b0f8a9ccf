"""What takes no loading is done at once, also while a version is being loaded."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from models.runtime.version_labels import write_version_labels
from service import labelling
from service.__main__ import main
from service.app import create_app
from service.judge import Limits
from service.repository import LabelStatus
from service.settings import Settings
from tests.service.fakes import FakeStore, WatchedRepository, make_predictor

TOKEN = "0123456789abcdef" * 2


def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def serving(repository: WatchedRepository) -> int:
    with repository.use("reviews") as loaded:
        return loaded.version


@pytest.fixture
def loading(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[WatchedRepository]:
    """Version 1 answers, 2 is a canary, ``other`` names it; version 3 is being loaded all the time."""
    for version in (1, 2):
        store.add("reviews", version)
    write_version_labels(store.folder, {"reviews": {"stable": 1, "other": 2}})
    go, began, original = threading.Event(), threading.Event(), store.open

    def slow(path):
        if path.name == "3":
            began.set()
            assert go.wait(60)
        return original(path)

    monkeypatch.setattr(store, "open", slow)
    repository = store.repository(canary="reviews=2:50", limits=Limits(least=20), reload_s=0.05)
    repository.start()
    try:
        until(lambda: bool(repository.ready and repository.trials()))
        store.add("reviews", 3)
        assert began.wait(10)
        yield repository
        assert [each.state for each in repository.statuses("reviews") if each.version == 3] == ["LOADING"]
        go.set()
        until(lambda: 3 in repository.loaded_versions("reviews"))
    finally:
        go.set()
        repository.stop()


def test_a_bad_candidate_is_withdrawn_while_a_version_is_loaded(loading) -> None:
    (trial,) = loading.trials()
    for _ in range(30):
        trial.count_request(failed=True)
    until(lambda: loading.trials() == [])


def test_a_withdrawal_that_another_worker_ordered_is_followed_while_a_version_is_loaded(loading) -> None:
    loading.orders.withdraw("reviews", 2, "it is bad")
    until(lambda: loading.trials() == [])


def test_a_label_moves_to_a_loaded_version_while_another_is_loaded(store, loading) -> None:
    write_version_labels(store.folder, {"reviews": {"stable": 2, "other": 1}})
    until(lambda: loading.labels()["reviews"] == {"stable": LabelStatus(2), "other": LabelStatus(1)})
    assert serving(loading) == 2
    write_version_labels(store.folder, {"reviews": {"stable": 1, "other": 3}})
    moved = {"stable": LabelStatus(1), "other": LabelStatus(1, pending=3)}
    until(lambda: loading.labels()["reviews"] == moved)


def test_what_moved_while_a_version_was_loaded_stays_when_it_is(store) -> None:
    for version in (1, 2):
        store.add("reviews", version)
    write_version_labels(store.folder, {"reviews": {"stable": 1, "other": 2}})
    repository = store.repository()
    repository.look()
    follower, original, seen = repository.watch._follower, store.open, []

    def move(path):
        write_version_labels(store.folder, {"reviews": {"stable": 2, "other": 1}})
        follower.follow()
        seen.append(serving(repository))
        return original(path)

    repository.watch._open_version = move
    store.add("reviews", 3)
    repository.look()
    assert (seen, serving(repository)) == ([2], 2)


def test_a_candidate_that_is_withdrawn_while_others_are_loaded_does_not_answer_as_the_newest(store) -> None:
    for version in (1, 2):
        store.add("reviews", version)
    write_version_labels(store.folder, {"reviews": {"old": 1}})
    repository = store.repository(canary="reviews=2:50")
    original = store.open

    def withdraw(path):
        repository.orders.withdraw("reviews", 2, "it is bad")
        return original(path)

    repository.watch._open_version = withdraw
    repository.look()
    assert serving(repository) == 1


def test_what_was_unloaded_meanwhile_is_not_assigned_again(store) -> None:
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    repository.orders.unload("reviews")
    repository.look()
    write_version_labels(store.folder, {"reviews": {"stable": 1}})
    repository.watch._follower.assign("reviews")
    assert repository.labels() == {}


def by_command(store: FakeStore, _: WatchedRepository) -> None:
    assert main(["label", "reviews", "next", "2"]) == 0


def over_http(store: FakeStore, repository: WatchedRepository) -> None:
    settings = Settings(artifacts=store.folder, admin_token=TOKEN)
    client = create_app(settings, repository, orders=repository.orders).test_client()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    reply = client.post("/admin/models/reviews/labels/next", json={"version": 2}, headers=headers)
    assert reply.status_code == 200


@pytest.fixture
def withdrawn(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> WatchedRepository:
    """Version 2 is named by the setting and was withdrawn."""
    for version in (1, 2):
        store.add("reviews", version)
    monkeypatch.setenv("ENGRAM_ARTIFACTS", str(store.folder))
    monkeypatch.setattr(labelling, "open_artifact", lambda path: make_predictor().artifact)
    monkeypatch.setattr(labelling, "verify_files", lambda artifact: None)
    repository = store.repository(canary="reviews=2:50")
    turn(repository)
    repository.orders.withdraw("reviews", 2, "it is bad")
    turn(repository)
    assert repository.trials() == []
    return repository


def turn(repository: WatchedRepository) -> None:
    repository.watch._follower.follow()
    repository.look()


@pytest.mark.parametrize("move", [by_command, over_http])
def test_moving_a_label_to_a_withdrawn_version_has_it_tried_again(store, withdrawn, move) -> None:
    move(store, withdrawn)
    turn(withdrawn)
    assert [trial.candidate.version for trial in withdrawn.trials()] == [2]
    # Once: the label goes on naming it, and it may turn out bad again.
    withdrawn.orders.withdraw("reviews", 2, "it is still bad")
    turn(withdrawn)
    assert withdrawn.trials() == []


def test_only_the_worker_that_decides_has_it_tried_again(store, withdrawn, monkeypatch) -> None:
    monkeypatch.setattr(withdrawn.judge, "judge", lambda trials: False)
    by_command(store, withdrawn)
    turn(withdrawn)
    assert withdrawn.trials() == []


def test_a_label_that_named_it_before_does_not_have_it_tried_again(store, withdrawn) -> None:
    by_command(store, withdrawn)
    turn(withdrawn)
    withdrawn.orders.withdraw("reviews", 2, "it is still bad")
    write_version_labels(store.folder, {"reviews": {"next": 2, "stable": 1}})
    turn(withdrawn)
    assert withdrawn.trials() == []
