"""Version labels: which version answers, before and after one moves."""

import pytest

from models.runtime.version_labels import write_version_labels
from service.errors import LabelNotFoundError, NotReadyError, VersionNotFoundError
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
