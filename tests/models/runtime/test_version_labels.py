from pathlib import Path

import pytest

from models.errors import ArtifactError, ConfigError
from models.runtime.version_labels import (
    read_version_labels,
    state_folder,
    write_version_labels,
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert read_version_labels(tmp_path) == {}
    labels = {"reviews": {"stable": 3, "canary": 4}, "好": {"stable": 1}}
    write_version_labels(tmp_path, labels)
    assert read_version_labels(tmp_path) == labels
    assert [path.name for path in tmp_path.iterdir()] == ["version-labels.json"]


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "version-labels.json").write_text('{"reviews": 1}')
    with pytest.raises(ArtifactError, match=r"version-labels\.json"):
        read_version_labels(tmp_path)


def test_a_folder_that_is_missing_is_not_one_without_labels(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no folder .*misspelt.*ENGRAM_STATE"):
        read_version_labels(tmp_path / "misspelt")


def test_the_state_stands_with_the_artifacts_unless_it_has_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGRAM_ARTIFACTS", "/a")
    monkeypatch.delenv("ENGRAM_STATE", raising=False)
    assert state_folder() == Path("/a")
    monkeypatch.setenv("ENGRAM_STATE", "/s")
    assert state_folder() == Path("/s")
