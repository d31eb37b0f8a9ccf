import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

RunCli = Callable[..., Any]


@pytest.fixture
def artifacts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``reviews`` in the versions 1 to 12 and something half-written."""
    for name in [*map(str, range(1, 13)), ".13.unfinished"]:
        (tmp_path / "reviews" / name / "variables").mkdir(parents=True)
        (tmp_path / "reviews" / name / "variables" / "x").touch()
    monkeypatch.setenv("ENGRAM_ARTIFACTS", str(tmp_path))
    monkeypatch.delenv("ENGRAM_STATE", raising=False)
    return tmp_path


def left(artifacts: Path) -> list[int]:
    return sorted(int(path.name) for path in (artifacts / "reviews").glob("[0-9]*"))


def test_the_newest_versions_stay(engram: RunCli, artifacts: Path) -> None:
    result = engram("prune", "reviews", "--keep", 3)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [str(artifacts / "reviews" / str(v)) for v in range(1, 10)]
    assert left(artifacts) == [10, 11, 12]
    assert not list((artifacts / "reviews").glob(".pruned*"))
    assert (artifacts / "reviews" / ".13.unfinished").exists()
    assert engram("prune", "reviews", "--keep", 20).out == ""


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_labelled_version_stays(
    engram: RunCli, artifacts: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: bool
) -> None:
    state = artifacts
    if elsewhere:
        state = artifacts / "state"
        state.mkdir()
        monkeypatch.setenv("ENGRAM_STATE", str(state))
    labels = {"reviews": {"stable": 2, "before": 2, "canary": 12}, "other": {"stable": 3}}
    (state / "version-labels.json").write_text(json.dumps(labels))
    result = engram("prune", "reviews", "--keep", 1)
    assert left(artifacts) == [2, 12]
    assert result.err == f"kept: {artifacts / 'reviews' / '2'} is labelled before, stable\n"


def test_a_dry_run_removes_nothing(engram: RunCli, artifacts: Path) -> None:
    assert len(engram("prune", "reviews", "--keep", 3, "--dry-run").out.splitlines()) == 9
    assert len(left(artifacts)) == 12


@pytest.mark.parametrize("content", ["{", "[]", '{"reviews": 3}', '{"reviews": {"stable": "x"}}'])
def test_nothing_is_removed_where_the_labels_cannot_be_read(
    engram: RunCli, artifacts: Path, content: str
) -> None:
    (artifacts / "version-labels.json").write_text(content)
    result = engram("prune", "reviews", "--keep", 1)
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert len(left(artifacts)) == 12


def test_nothing_is_removed_where_the_folder_of_the_labels_is_missing(
    engram: RunCli, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGRAM_STATE", str(artifacts / "misspelt"))
    result = engram("prune", "reviews", "--keep", 1)
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "There is no folder" in result.err
    assert len(left(artifacts)) == 12


@pytest.mark.parametrize("name", ["revews", "..", "reviews/1", "reviews@stable", ""])
def test_only_the_name_of_a_model_is_taken(engram: RunCli, artifacts: Path, name: str) -> None:
    result = engram("prune", name, "--keep", 1)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert len(left(artifacts)) == 12


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_one_sentence(engram: RunCli, artifacts: Path) -> None:
    (artifacts / "reviews").chmod(stat.S_IREAD | stat.S_IEXEC)
    try:
        result = engram("prune", "reviews", "--keep", 1)
    finally:
        (artifacts / "reviews").chmod(0o755)
    assert (result.code, result.err.count("\n")) == (1, 1)
