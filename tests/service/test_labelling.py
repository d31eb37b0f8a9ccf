"""``python -m service label``: checked before it is written."""

import json
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from models.errors import ArtifactError, ArtifactNotFoundError, EngramError, InputError, LabelsError
from models.runtime.checksum import sealed
from models.runtime.version_labels import read_version_labels
from service.errors import BelowBaselineError
from service.kept_labels import KeptLabels
from service.labelling import move_label, remove_label


@pytest.fixture
def artifacts(own_artifact: Path) -> Path:
    """``tiny/1``, which is no worse than its baseline."""
    _set_margin(own_artifact, 0.01)
    return own_artifact.parent.parent


def _set_margin(artifact: Path, value: float) -> None:
    path = artifact / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["margin"] = {"value": value, "low": value - 0.1, "high": value + 0.1}
    path.write_text(json.dumps(sealed(manifest)))


def test_a_label_is_set_moved_and_removed(artifacts: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    assert move_label(artifacts, state, "tiny", "stable", 1) is None
    assert move_label(artifacts, state, "tiny", "stable", 1) == 1
    assert read_version_labels(state) == {"tiny": {"stable": 1}}
    assert remove_label(state, "tiny", "stable") == 1
    assert remove_label(state, "tiny", "stable") is None
    assert read_version_labels(state) == {}


@pytest.mark.parametrize(
    ("name", "version", "message"),
    [("tiny", 7, "has no version 7; it has 1"), ("x", 1, "there are: tiny"), ("..", 1, "there are: tiny")],
)
def test_an_unknown_version_gets_no_label(artifacts: Path, name: str, version: int, message: str) -> None:
    with pytest.raises(ArtifactNotFoundError, match=message):
        move_label(artifacts, artifacts, name, "stable", version)
    assert read_version_labels(artifacts) == {}


@pytest.mark.parametrize("label", ["", "a/b", "a b", "a:b", "a@b", "x" * 65])
def test_what_cannot_stand_in_a_path_is_no_label(artifacts: Path, label: str) -> None:
    with pytest.raises(InputError, match="is no version label"):
        move_label(artifacts, artifacts, "tiny", label, 1)


def test_a_version_with_an_edited_manifest_gets_no_label(artifacts: Path) -> None:
    path = artifacts / "tiny" / "1" / "manifest.json"
    path.write_text(path.read_text().replace('"positive"', '"pos"'))
    with pytest.raises(ArtifactError, match="is not the manifest that was saved"):
        move_label(artifacts, artifacts, "tiny", "stable", 1)
    assert read_version_labels(artifacts) == {}


def test_a_version_with_a_changed_file_gets_no_label(artifacts: Path) -> None:
    with (artifacts / "tiny" / "1" / "saved_model.pb").open("r+b") as file:
        file.write(b"x")
    with pytest.raises(ArtifactError, match="is not the file that was saved"):
        move_label(artifacts, artifacts, "tiny", "canary", 1)
    assert read_version_labels(artifacts) == {}


def test_below_its_baseline_a_version_becomes_stable_only_on_purpose(artifacts: Path) -> None:
    _set_margin(artifacts / "tiny" / "1", -0.02)
    with pytest.raises(BelowBaselineError, match=r"2\.0 points less accurate than its baseline"):
        move_label(artifacts, artifacts, "tiny", "stable", 1)
    move_label(artifacts, artifacts, "tiny", "canary", 1)
    move_label(artifacts, artifacts, "tiny", "stable", 1, accept_below_baseline=True)
    assert read_version_labels(artifacts) == {"tiny": {"canary": 1, "stable": 1}}


def test_a_state_that_cannot_be_written_is_one_sentence(artifacts: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngramError, match=r"cannot be changed: .*; set ENGRAM_STATE to a folder"):
        move_label(artifacts, tmp_path / "file", "tiny", "stable", 1)


def test_a_folder_that_is_not_there_is_not_made(artifacts: Path, tmp_path: Path) -> None:
    """It is misspelt, or its volume is lost: no service would read the label there."""
    state = tmp_path / "misspelt"
    done = run(artifacts, "tiny", "stable", "1", ENGRAM_STATE=str(state))
    assert done.returncode == 2
    assert f"There is no folder {state}" in done.stderr
    assert done.stderr.count("\n") == 1
    assert run(artifacts, "tiny", "stable", "--remove", ENGRAM_STATE=str(state)).returncode == 2
    assert not state.exists()


def test_a_broken_file_is_not_replaced(artifacts: Path, tmp_path: Path) -> None:
    (tmp_path / "version-labels.json").write_text("")
    with pytest.raises(LabelsError, match="holds no version labels"):
        move_label(artifacts, tmp_path, "tiny", "stable", 1)
    assert (tmp_path / "version-labels.json").read_text() == ""


def test_a_running_service_writes_no_new_file_in_place_of_a_lost_one(artifacts: Path, tmp_path: Path) -> None:
    """It would hold one label, and all others would be gone."""
    kept = KeptLabels()
    move_label(artifacts, tmp_path, "tiny", "first", 1, kept=kept)
    kept.keep({"tiny": {"first": 1}})
    (tmp_path / "version-labels.json").unlink()
    with pytest.raises(LabelsError, match=r"version-labels\.json is gone; put it back"):
        move_label(artifacts, tmp_path, "tiny", "stable", 1, kept=kept)
    with pytest.raises(LabelsError, match="is gone"):
        remove_label(tmp_path, "tiny", "stable", kept=kept)
    assert not (tmp_path / "version-labels.json").exists()


def _move(artifacts: Path, label: str) -> None:
    move_label(artifacts, artifacts, "tiny", label, 1)


def test_labels_moved_by_several_processes_at_once_are_all_kept(artifacts: Path) -> None:
    labels = [f"label-{number}" for number in range(12)]
    with ProcessPoolExecutor(3) as pool:
        list(pool.map(_move, [artifacts] * len(labels), labels))
    assert set(read_version_labels(artifacts)["tiny"]) == set(labels)


def run(artifacts: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-m", "service", "label", *arguments],
        env=os.environ | {"ENGRAM_ARTIFACTS": str(artifacts)} | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_command_says_what_it_did(artifacts: Path, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    done = run(artifacts, "tiny", "stable", "1", ENGRAM_STATE=str(tmp_path / "state"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "tiny@stable is version 1\n", "")
    assert read_version_labels(tmp_path / "state") == {"tiny": {"stable": 1}}
    done = run(artifacts, "tiny", "stable", "--remove", ENGRAM_STATE=str(tmp_path / "state"))
    assert (done.returncode, done.stdout) == (0, "tiny@stable no longer names version 1\n")


def test_the_command_names_its_option_where_a_version_is_below_its_baseline(artifacts: Path) -> None:
    _set_margin(artifacts / "tiny" / "1", -0.02)
    done = run(artifacts, "tiny", "stable", "1")
    assert done.returncode == 1
    assert "; --accept-below-baseline labels it 'stable' all the same." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("tiny", "stable", "9"), 2, "has no version 9"),
        (("tiny", "stable"), 2, "Give a VERSION, or --remove"),
        (("tiny", "stable", "--remove"), 2, "has no version label 'stable'"),
        (("tiny", "stable", "one"), 2, "invalid int value"),
    ],
)
def test_the_command_refuses_in_one_sentence(
    artifacts: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    done = run(artifacts, *arguments)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
