import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.errors import ArtifactError, ArtifactNotFoundError
from models.runtime.artifact import file_facts, open_artifact, verify_files
from models.runtime.checksum import sealed


def edit(artifact: Path, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads((artifact / "manifest.json").read_text())
    change(manifest)
    (artifact / "manifest.json").write_text(json.dumps(sealed(manifest)))


def test_an_artifact_that_nobody_touched_is_whole(tiny_artifact: Path) -> None:
    artifact = open_artifact(tiny_artifact)
    verify_files(artifact)
    assert len(artifact.vocabulary) == artifact.manifest.vocabulary_size
    assert artifact.manifest.labels == ["negative", "positive"]
    assert len(artifact.manifest.golden) >= 8


def test_facts_of_a_file_are_its_size_and_sha256(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(b"content")
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "a" / "manifest.json").write_text("{}")
    facts = file_facts(tmp_path)
    assert list(facts) == ["a/b/file", "a/manifest.json"], "only the manifest itself is left out"
    assert facts["a/b/file"].size == 7
    assert facts["a/b/file"].sha256 == hashlib.sha256(b"content").hexdigest()


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (flip_a_bit, "is not the file that was saved"),
        (truncate, "bytes; the manifest says"),
        (Path.unlink, "cannot be read: No such file"),
    ],
)
@pytest.mark.parametrize("name", ["saved_model.pb", "variables/variables.data-00000-of-00001", "model.keras"])
def test_a_changed_file_is_refused_and_named(
    own_artifact: Path, name: str, damage: Callable[[Path], object], said: str
) -> None:
    damage(own_artifact / name)
    with pytest.raises(ArtifactError, match=said) as caught:
        verify_files(open_artifact(own_artifact))
    assert str(own_artifact / name) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[", "not JSON"),
        ('["[PAD]", "[OTHER]", 3]', "JSON array of strings"),
        ('["a", "b"]', "starts with"),
        ('["[PAD]", "[OTHER]", "a"]', "holds 3 tokens; the manifest says"),
    ],
)
def test_a_vocabulary_that_cannot_be_used_is_refused_and_named(
    own_artifact: Path, content: str, said: str
) -> None:
    (own_artifact / "vocabulary.json").write_text(content)
    with pytest.raises(ArtifactError, match=said) as caught:
        open_artifact(own_artifact)
    assert str(own_artifact / "vocabulary.json") in str(caught.value)


def test_a_vocabulary_in_another_encoding_or_missing_is_refused(own_artifact: Path) -> None:
    path = own_artifact / "vocabulary.json"
    path.write_bytes(path.read_bytes().decode().encode("utf-16"))
    with pytest.raises(ArtifactError, match="is not UTF-8"):
        open_artifact(own_artifact)
    path.unlink()
    with pytest.raises(ArtifactError, match="No such file"):
        open_artifact(own_artifact)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda manifest: manifest.pop("labels"), "labels: Field required"),
        (lambda manifest: manifest.update(version=0), "version: "),
        (lambda manifest: manifest.update(schema_version=2), "schema_version: "),
        (lambda manifest: manifest.update(unheard="of"), "unheard: "),
        (lambda manifest: manifest["calibration"].update(temperature=0), "calibration.temperature: "),
        (lambda manifest: manifest.update(text_table="0" * 64), "another code-point table"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused(
    own_artifact: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    edit(own_artifact, change)
    with pytest.raises(ArtifactError) as caught:
        open_artifact(own_artifact)
    assert said in str(caught.value)
    assert str(own_artifact) in str(caught.value)


def test_a_manifest_cut_off_is_refused(own_artifact: Path) -> None:
    path = own_artifact / "manifest.json"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ArtifactError, match="is not a manifest this version reads"):
        open_artifact(own_artifact)


def test_a_folder_without_a_manifest_is_no_saved_model(tmp_path: Path) -> None:
    with pytest.raises(ArtifactNotFoundError, match=r"holds no manifest\.json"):
        open_artifact(tmp_path)
