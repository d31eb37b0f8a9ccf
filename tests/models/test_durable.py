"""What is written is on disk when the call returns: the file, then the folder that names it."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from models.durable import durable
from models.runtime.version_labels import write_version_labels


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was written through to the disk, in order."""
    found: list[str] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        found.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return found


def test_a_file_and_its_folder_are_on_disk(tmp_path: Path, synced: list[str]) -> None:
    with durable(tmp_path / "a") as file:
        file.write(b"content")
    assert (tmp_path / "a").read_bytes() == b"content"
    assert synced == [".a.unfinished", tmp_path.name]


def test_version_labels_are_on_disk(tmp_path: Path, synced: list[str]) -> None:
    write_version_labels(tmp_path, {"reviews": {"stable": 1}})
    assert synced == [".version-labels.json.unfinished", tmp_path.name]
    assert (tmp_path / "version-labels.json").stat().st_mode & 0o777 == 0o644


def test_what_fails_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("before")
    with suppress(ValueError), durable(tmp_path / "a") as file:
        file.write(b"half")
        raise ValueError("it ends here")
    assert (tmp_path / "a").read_text() == "before"
