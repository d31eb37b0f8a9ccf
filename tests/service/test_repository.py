"""Which version serves, and what becomes of the others."""

import gc
import shutil
import threading
import time
import weakref
from typing import Any

import pytest

from service import watch
from service.errors import ModelNotFoundError, NotReadyError, VersionNotFoundError


def serving(repository, name="reviews") -> int:
    with repository.use(name) as loaded:
        return loaded.version


def states(repository, name="reviews") -> dict[int, str]:
    return {status.version: status.state for status in repository.statuses(name)}


def test_the_newest_version_is_loaded_and_no_other(store) -> None:
    for version in (1, 9, 10):
        store.add("reviews", version)
    repository = store.repository()
    repository.look()
    assert serving(repository) == 10
    assert store.opened == ["reviews/10"]
    with pytest.raises(VersionNotFoundError, match="loaded: 10"), repository.use("reviews", 9):
        pass


def test_a_refused_version_falls_back_to_the_next_older_good_one(store) -> None:
    store.add("reviews", 1)
    store.add("reviews", 2, fail="wrong hash")
    store.add("reviews", 3, fail="golden example 1 answers otherwise")
    repository = store.repository()
    repository.look()
    assert serving(repository) == 1
    assert states(repository) == {3: "END", 2: "END", 1: "AVAILABLE"}
    assert repository.statuses("reviews")[0].error_message == "golden example 1 answers otherwise"
    assert repository.ready


def test_a_version_whose_loading_crashes_is_refused(store) -> None:
    store.add("reviews", 1)
    (store.folder / "reviews" / "2").mkdir()
    repository = store.repository()
    repository.look()
    assert serving(repository) == 1
    assert "FileNotFoundError" in repository.statuses("reviews")[0].error_message


def test_a_refused_version_is_tried_again_only_when_its_files_have_changed(store) -> None:
    store.add("reviews", 1)
    store.add("reviews", 2, fail="half copied")
    repository = store.repository()
    for _ in range(3):
        repository.look()
    assert store.opened == ["reviews/2", "reviews/1"]
    shutil.rmtree(store.folder / "reviews" / "2")
    store.add("reviews", 2)
    repository.look()
    assert serving(repository) == 2


def test_a_new_version_takes_over_and_the_old_one_ends(store) -> None:
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    store.add("reviews", 2)
    repository.look()
    assert serving(repository) == 2
    assert states(repository) == {2: "AVAILABLE", 1: "END"}
    repository.look()
    assert store.opened == ["reviews/1", "reviews/2"]


def test_a_new_version_that_is_refused_changes_nothing(store) -> None:
    """triton-inference-server/server#2117: a failed load must not take the good version down."""
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    store.add("reviews", 2, fail="truncated")
    repository.look()
    assert serving(repository) == 1
    assert states(repository) == {2: "END", 1: "AVAILABLE"}


def test_a_request_keeps_the_version_it_began_with(store) -> None:
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    store.add("reviews", 2)
    with repository.use("reviews") as loaded:
        repository.look()
        assert loaded.version == 1
        assert states(repository) == {2: "AVAILABLE", 1: "UNLOADING"}
        assert serving(repository) == 2
    assert states(repository) == {2: "AVAILABLE", 1: "END"}


def test_a_replaced_version_is_freed(store) -> None:
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    with repository.use("reviews") as loaded:
        old = weakref.ref(loaded.predictor)
    store.engines.clear()
    store.batchers.clear()
    store.add("reviews", 2)
    repository.look()
    del loaded
    gc.collect()
    assert old() is None


def test_what_serves_goes_on_when_its_folder_is_deleted_or_broken(store, capfd) -> None:
    """tensorflow/serving#1480."""
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    shutil.rmtree(store.folder / "reviews")
    repository.look()
    assert serving(repository) == 1
    shutil.rmtree(store.folder)
    repository.look()
    repository.look()
    assert serving(repository) == 1
    assert capfd.readouterr().out.count("artifacts_unreadable") == 1
    store.folder.write_text("not a folder any more")
    repository.look()
    assert serving(repository) == 1


def test_only_integer_versions_count(store) -> None:
    for name in ("1", "02", "v3", ".4.tmp", "-5", "6.0", "x"):
        store.add("reviews", 1) if name == "1" else (store.folder / "reviews" / name).mkdir()
    (store.folder / "reviews" / "7").write_text("a file")
    (store.folder / ".hidden" / "1").mkdir(parents=True)
    (store.folder / "notes.txt").write_text("")
    repository = store.repository()
    repository.look()
    assert states(repository) == {1: "AVAILABLE"}
    assert set(repository.overview()) == {"reviews"}


def test_one_unreadable_model_does_not_stop_the_others(store, monkeypatch) -> None:
    from service import watch as module

    def list_versions(folder):
        if folder.name == "closed":
            raise PermissionError(13, "Permission denied")
        return real(folder)

    real = module.list_versions
    monkeypatch.setattr(module, "list_versions", list_versions)
    store.add("closed", 1)
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    assert repository.names() == ["reviews"]


def test_ready_after_every_model_was_tried_and_one_is_loaded(store) -> None:
    store.add("a-broken", 1, fail="x")
    store.add("b-good", 1)
    announced = []
    repository = store.repository(on_ready=lambda: announced.append(True))
    assert not repository.ready
    repository.look()
    repository.look()
    assert repository.ready
    assert announced == [True]


def test_an_empty_folder_becomes_ready_with_its_first_version(store) -> None:
    repository = store.repository()
    repository.look()
    assert not repository.ready
    with pytest.raises(NotReadyError), repository.use():
        pass
    store.add("reviews", 1)
    repository.look()
    assert repository.ready
    assert serving(repository) == 1


def test_an_unknown_model_is_not_there_only_once_the_folder_was_read(store) -> None:
    store.add("reviews", 1)
    repository = store.repository()
    with pytest.raises(NotReadyError), repository.use("other"):
        pass
    repository.look()
    with pytest.raises(ModelNotFoundError, match="reviews"), repository.use("other"):
        pass


def test_a_version_being_loaded_is_shown_as_such(store, monkeypatch) -> None:
    store.add("reviews", 1)
    seen = []
    repository = store.repository()
    original = store.open
    monkeypatch.setattr(
        repository.watch, "_open_version", lambda path: (seen.append(states(repository)), original(path))[1]
    )
    repository.look()
    assert seen == [{1: "LOADING"}]


def test_the_folder_is_looked_at_again_and_again(store) -> None:
    store.add("reviews", 1)
    repository = store.repository(reload_s=0.01)
    repository.start()
    try:
        until = time.monotonic() + 10
        for version in (1, 2, 3):
            if version > 1:
                store.add("reviews", version)
            while states(repository).get(version) != "AVAILABLE":
                assert time.monotonic() < until
                time.sleep(0.005)
    finally:
        repository.stop()


def test_requests_in_many_threads_never_fail_while_versions_change(store) -> None:
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    done = threading.Event()
    failures = []

    def ask() -> None:
        while not done.is_set():
            try:
                with repository.use("reviews") as loaded:
                    loaded.predictor.predict(["good"])
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for version in range(2, 12):
        store.add("reviews", version)
        repository.look()
    done.set()
    for thread in threads:
        thread.join(10)
    assert failures == []
    assert states(repository) == {11: "AVAILABLE"} | dict.fromkeys(range(1, 11), "END")


def test_a_first_look_that_fails_is_taken_again(store, monkeypatch) -> None:
    """Also where the folder is otherwise looked at once only."""
    monkeypatch.setattr(watch, "_AFTER_FAILURE_S", 0.01)
    store.add("reviews", 1)
    repository = store.repository(reload_s=0.0)
    look, failures = repository.watch._find_versions, iter([OSError("gone for a moment")])

    def find() -> Any:
        for failure in failures:
            raise failure
        return look()

    monkeypatch.setattr(repository.watch, "_find_versions", find)
    repository.start()
    try:
        until = time.monotonic() + 10
        while not repository.ready and time.monotonic() < until:
            time.sleep(0.01)
        assert repository.ready
    finally:
        repository.stop()


def test_a_version_whose_loading_crashes_once_is_loaded(store, monkeypatch) -> None:
    store.add("reviews", 1)
    repository = store.repository()
    original, crashes = repository.watch._open_version, iter([AttributeError("half imported")])

    def open_version(path: Any) -> Any:
        for crash in crashes:
            raise crash
        return original(path)

    monkeypatch.setattr(repository.watch, "_open_version", open_version)
    repository.look()
    assert states(repository) == {1: "AVAILABLE"}
