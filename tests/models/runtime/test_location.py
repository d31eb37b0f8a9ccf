from pathlib import Path

import pytest

from models.errors import ArtifactNotFoundError, ConfigError
from models.runtime.location import find_artifact, list_models, list_versions
from models.runtime.version_labels import write_version_labels


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    for version in ("1", "2", "10", "03", "x", ".writing-7", "²"):
        (tmp_path / "reviews" / version).mkdir(parents=True)
        (tmp_path / "reviews" / version / "manifest.json").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / ".runs" / "reviews-1234").mkdir(parents=True)
    (tmp_path / "reviews" / "11").touch()
    return tmp_path


def test_versions_are_whole_numbers_in_numeric_order(artifacts: Path) -> None:
    assert list_versions(artifacts / "reviews") == [1, 2, 10]


def test_models_are_folders_with_a_version(artifacts: Path) -> None:
    assert list_models(artifacts) == ["reviews"]


@pytest.mark.parametrize(("reference", "found"), [("reviews", "10"), ("reviews/2", "2"), ("reviews/02", "2")])
def test_a_name_is_looked_up(artifacts: Path, reference: str, found: str) -> None:
    assert find_artifact(reference, artifacts) == artifacts / "reviews" / found


def test_an_existing_path_goes_before_a_name(artifacts: Path) -> None:
    path = artifacts / "reviews" / "1"
    assert find_artifact(str(path), Path("elsewhere")) == path
    assert find_artifact(str(path.parent), Path("elsewhere")) == artifacts / "reviews" / "10"


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("reveiws", "did you mean 'reviews'"),
        ("reviews/7", "it has 1, 2, 10"),
        ("reviews/x", "has no version 'x'"),
        ("reviews@stable", "no version label 'stable'; none has been set"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(
    artifacts: Path, reference: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGRAM_ARTIFACTS", str(artifacts))
    with pytest.raises(ArtifactNotFoundError, match=says):
        find_artifact(reference, artifacts)


def test_an_empty_or_missing_folder_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ArtifactNotFoundError, match="holds no models"):
        find_artifact("reviews", tmp_path / "none")


def test_a_version_label_names_a_version(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = artifacts / ".state"
    state.mkdir()
    monkeypatch.setenv("ENGRAM_STATE", str(state))
    write_version_labels(state, {"reviews": {"stable": 2, "gone": 99}})
    assert find_artifact("reviews@stable", artifacts) == artifacts / "reviews" / "2"
    with pytest.raises(ArtifactNotFoundError, match="no version label 'x'; it has gone, stable"):
        find_artifact("reviews@x", artifacts)
    with pytest.raises(ArtifactNotFoundError, match="no version '99'"):
        find_artifact("reviews@gone", artifacts)


def test_a_version_label_is_not_looked_up_in_a_folder_that_is_missing(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGRAM_STATE", str(artifacts / "misspelt"))
    with pytest.raises(ConfigError, match=r"no folder .*misspelt"):
        find_artifact("reviews@stable", artifacts)
