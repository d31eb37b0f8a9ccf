"""Version labels: which version answers, before and after one moves."""

from pathlib import Path

import pytest

from models.runtime.version_labels import write_version_labels
from service.errors import LabelNotFoundError, NotReadyError, VersionNotFoundError
from service.kept_labels import KeptLabels
from service.repository import LabelStatus


def label(store, **labels: int) -> None:
    write_version_labels(store.folder, {"reviews": labels} if labels else {})


def serving(repository, version=None, version_label=None) -> int:
    with repository.use("reviews", version, version_label) as loaded:
        return loaded.version


@pytest.fixture
def repository(store):
    for version in (1, 2, 3):
        store.add("reviews", version)
    return store.repository()


def test_stable_answers_and_the_newest_can_still_be_asked(store, repository) -> None:
    label(store, stable=1)
    repository.look()
    assert serving(repository) == 1
    assert serving(repository, version_label="stable") == 1
    assert serving(repository, version=3) == 3
    with pytest.raises(VersionNotFoundError, match="loaded: 1, 3"):
        serving(repository, version=2)
    assert store.opened == ["reviews/1", "reviews/3"], "what answers is loaded first"


def test_a_label_moves_and_what_nothing_names_any_more_ends(store, repository) -> None:
    label(store, stable=1, canary=2)
    repository.look()
    label(store, stable=2)
    repository.look()
    assert serving(repository) == 2
    assert repository.labels() == {"reviews": {"stable": LabelStatus(2)}}
    assert {each.version: each.state for each in repository.statuses("reviews")} == {
        3: "AVAILABLE",
        2: "AVAILABLE",
        1: "END",
    }
    with pytest.raises(LabelNotFoundError, match="canary"):
        serving(repository, version_label="canary")
    label(store)
    repository.look()
    assert serving(repository) == 3


def test_the_old_version_answers_until_the_new_one_is_loaded(store, repository) -> None:
    """tensorflow/serving#1608: a label to a version that is not there must break nothing."""
    label(store, stable=1)
    repository.look()
    label(store, stable=4)
    repository.look()
    assert serving(repository) == 1
    assert repository.labels() == {"reviews": {"stable": LabelStatus(1, pending=4)}}
    store.add("reviews", 4)
    repository.look()
    assert serving(repository) == 4
    assert repository.labels() == {"reviews": {"stable": LabelStatus(4)}}


def test_while_stable_is_being_loaded_at_start_no_other_version_steps_in(store, monkeypatch) -> None:
    store.add("reviews", 1)
    store.add("reviews", 2)
    label(store, stable=1)
    repository = store.repository()
    seen = []
    original = store.open

    def watched(path):
        try:
            seen.append((path.name, serving(repository)))
        except NotReadyError:
            seen.append((path.name, None))
        return original(path)

    monkeypatch.setattr(repository.watch, "_open_version", watched)
    repository.look()
    assert seen == [("1", None), ("2", 1)]


def test_the_newest_answers_where_stable_cannot_be_loaded_at_start(store) -> None:
    store.add("reviews", 1)
    store.add("reviews", 2, fail="wrong hash")
    label(store, stable=2, other=7)
    repository = store.repository()
    repository.look()
    assert serving(repository) == 1
    assert repository.labels()["reviews"] == {
        "other": LabelStatus(None, pending=7),
        "stable": LabelStatus(None, pending=2),
    }
    with pytest.raises(NotReadyError, match=r"version 7 .* is not loaded"):
        serving(repository, version_label="other")


def test_a_labelled_version_goes_on_when_its_folder_is_gone(store, repository) -> None:
    import shutil

    label(store, stable=1)
    repository.look()
    shutil.rmtree(store.folder / "reviews" / "1")
    repository.look()
    assert serving(repository) == 1
    status = repository.statuses("reviews")[-1]
    assert (status.version, status.state) == (1, "AVAILABLE")
    assert "reviews/1 is gone" in status.error_message


def test_broken_labels_change_nothing(store, repository, capfd) -> None:
    label(store, stable=1)
    repository.look()
    (store.folder / "version-labels.json").write_text("{")
    repository.look()
    repository.look()
    assert serving(repository) == 1
    assert capfd.readouterr().out.count("labels_unreadable") == 1


def test_labels_are_followed_within_a_moment(store, repository) -> None:
    import time

    repository.start()
    try:
        until = time.monotonic() + 10
        for version in (1, 2, 1):
            label(store, stable=version)
            while not repository.ready or serving(repository) != version:
                assert time.monotonic() < until
                time.sleep(0.01)
    finally:
        repository.stop()


def test_the_time_of_day_may_jump(store, repository, monkeypatch) -> None:
    """A clock set back or forth neither stops the looking nor hides a change."""
    import os
    import time

    monkeypatch.setattr(time, "time", lambda: -1e9)
    label(store, stable=1)
    repository.look()
    file = store.folder / "version-labels.json"
    for version, moment in ((2, 0), (1, 4e9), (2, 1)):
        label(store, stable=version)
        os.utime(file, (moment, moment))
        repository.look()
        assert serving(repository) == version


def test_other_labels_answer_while_stable_waits_for_its_version(store, monkeypatch) -> None:
    for version in (1, 2):
        store.add("reviews", version)
    label(store, stable=2, old=1)
    repository = store.repository()
    repository.look()
    label(store, stable=3, old=1)
    store.add("reviews", 3, fail="wrong hash")
    repository.look()
    assert serving(repository) == 2
    assert serving(repository, version_label="old") == 1
    assert serving(repository, version=1) == 1


def test_a_worker_that_starts_after_a_model_was_unloaded_does_not_load_it(store) -> None:
    from service.errors import ModelUnavailableError

    store.add("reviews", 1)
    store.add("topics", 1)
    repository = store.repository()
    repository.orders.unload("reviews")
    repository.look()
    assert store.opened == ["topics/1"]
    assert repository.ready
    assert [each.state for each in repository.statuses("reviews")] == ["END"]
    with pytest.raises(ModelUnavailableError, match="was unloaded"):
        serving(repository)


def _truncated(store) -> None:
    (store.folder / "version-labels.json").write_text("")


def _deleted(store) -> None:
    (store.folder / "version-labels.json").unlink()


def _no_file(store) -> None:
    (store.folder / "version-labels.json").unlink()
    (store.folder / "version-labels.json").mkdir()


def _away(store) -> Path:
    return store.folder.with_name(f"{store.folder.name}-away")


def _gone(store) -> None:
    store.folder.rename(_away(store))


def _unmounted(store) -> None:
    """What is left of a volume is an empty folder."""
    _gone(store)
    store.folder.mkdir()


@pytest.mark.parametrize("lose", [_truncated, _deleted, _no_file, _gone, _unmounted])
def test_while_the_labels_are_lost_the_last_ones_stay_in_force(store, repository, capfd, lose) -> None:
    label(store, stable=1, old=2)
    repository.look()
    lose(store)
    for _ in range(3):
        repository.look()
        repository.watch._follower.follow()
    assert (serving(repository), serving(repository, version_label="old")) == (1, 2)
    log = capfd.readouterr().out
    assert log.count('"event":"labels_unreadable"') == 1
    assert '"level":"error","event":"labels_unreadable"' in log


def test_labels_that_come_back_are_followed_again(store, repository, capfd) -> None:
    label(store, stable=1)
    repository.look()
    _unmounted(store)
    repository.look()
    store.folder.rmdir()
    _away(store).rename(store.folder)
    label(store, stable=2)
    repository.look()
    assert serving(repository) == 2
    label(store)
    repository.look()
    assert serving(repository) == 3, "labels are taken away by writing the file"
    _deleted(store)
    repository.look()
    assert capfd.readouterr().out.count('"event":"labels_unreadable"') == 2, "once each time"


@pytest.mark.parametrize("lose", [_truncated, _deleted, _unmounted])
def test_a_worker_that_begins_while_the_labels_are_lost_knows_them(store, tmp_path_factory, lose) -> None:
    shared = tmp_path_factory.mktemp("shared")
    for version in (1, 2):
        store.add("reviews", version)
    label(store, stable=1)
    store.repository(kept=KeptLabels(shared)).look()
    lose(store)
    if lose is _unmounted:
        for version in (1, 2):
            store.add("reviews", version)
    successor = store.repository(kept=KeptLabels(shared))
    successor.look()
    assert serving(successor) == 1


def test_workers_that_saw_different_labels_agree_on_the_last_ones(store, tmp_path_factory) -> None:
    shared = tmp_path_factory.mktemp("shared")
    for version in (1, 2, 3):
        store.add("reviews", version)
    label(store, stable=1)
    first, second = (store.repository(kept=KeptLabels(shared)) for _ in range(2))
    first.look()
    second.look()
    label(store, stable=2)
    first.look()
    _deleted(store)
    first.look()
    second.look()
    assert (serving(first), serving(second)) == (2, 2)


def test_a_candidate_by_label_stays_while_the_labels_are_lost(store) -> None:
    for version in (1, 2):
        store.add("reviews", version)
    label(store, stable=1, next=2)
    repository = store.repository(shadow="reviews=next")
    repository.look()
    _deleted(store)
    repository.look()
    (status,) = repository.candidates["reviews"]
    assert (status.version, status.state) == (2, "TRIED")


def test_a_folder_that_could_not_be_seen_at_first_is_looked_at_again(store) -> None:
    """Also where it is looked at once only."""
    import time

    store.add("reviews", 1)
    away = _away(store)
    store.folder.rename(away)
    repository = store.repository(reload_s=0)
    repository.start()
    try:
        time.sleep(0.3)
        away.rename(store.folder)
        until = time.monotonic() + 10
        while not repository.ready:
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        repository.stop()
