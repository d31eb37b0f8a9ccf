"""A saved model on disk: its manifest, its vocabulary, and the check that no file has changed."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from models.errors import ArtifactError, ArtifactNotFoundError
from models.runtime.checksum import checksum_of
from models.runtime.graph_labels import SAVED_MODEL, check_labels
from models.runtime.location import MANIFEST
from models.runtime.manifest import FileFact, Manifest
from models.runtime.manifest_checks import check_manifest
from models.text.table import table_hash
from models.text.vocabulary import Vocabulary

VOCABULARY = "vocabulary.json"
CHARACTERS = "characters.json"
VARIABLES = "variables/variables.index"
_READ_BY_ENGINES = ("variables/*", "assets/*", "*.onnx", "*.keras")


@dataclass(frozen=True, slots=True)
class Artifact:
    """One version of one saved model, opened.

    ``characters`` are those that a tagging or joint network knows, None where it reads none.
    """

    path: Path
    manifest: Manifest
    vocabulary: Vocabulary
    characters: Vocabulary | None = None


def open_artifact(path: Path) -> Artifact:
    """Reads and checks the manifest and the vocabulary of ``path``; the other files stay unread.

    Raises:
        ArtifactNotFoundError: ``path`` holds no manifest.
        ArtifactError: a file cannot be read, the manifest is none, was changed after it was saved or does not
            hold together, or it was written for another text rule.
    """
    manifest = _read_manifest(path)
    check_manifest(manifest, path / MANIFEST)
    if manifest.text_table != table_hash():
        raise ArtifactError(
            f"{path} was written with another code-point table ({manifest.text_table[:12]}) than this "
            f"version of Engram has ({table_hash()[:12]}); train it again, or use the version that wrote it."
        )
    vocabulary = _read_vocabulary(path / VOCABULARY)
    if len(vocabulary) != manifest.vocabulary_size:
        raise ArtifactError(
            f"{path / VOCABULARY} holds {len(vocabulary)} tokens; "
            f"the manifest says {manifest.vocabulary_size}."
        )
    reads = manifest.tagging is not None and manifest.tagging.characters is not None
    return Artifact(path, manifest, vocabulary, _read_vocabulary(path / CHARACTERS) if reads else None)


def verify_files(artifact: Artifact) -> None:
    """Compares size and sha256 of every file with the manifest.

    Where the manifest has no checksum, its labels are compared with those inside the SavedModel too.

    Raises:
        ArtifactError: a file is missing, is not the one that was saved, or is none the manifest knows of.
    """
    for name in _files_of_the_model(artifact):
        if name not in artifact.manifest.files:
            raise ArtifactError(
                f"{artifact.path / MANIFEST} has no hash of {name}, which the model answers with."
            )
    for name, fact in artifact.manifest.files.items():
        path = artifact.path / name
        try:
            size = path.stat().st_size
            if size != fact.size:
                raise ArtifactError(
                    f"{path} has {size} bytes; the manifest says {fact.size} "
                    "(it was changed, or copied in part)."
                )
            found = sha256_of(path)
        except OSError as error:
            raise ArtifactError(f"{path} cannot be read: {error.strerror}.") from error
        if found != fact.sha256:
            raise ArtifactError(
                f"{path} is not the file that was saved: its sha256 is {found[:12]}, "
                f"the manifest says {fact.sha256[:12]}."
            )
    if artifact.manifest.checksum is None:
        check_labels(artifact.manifest, artifact.path)


def _files_of_the_model(artifact: Artifact) -> set[str]:
    """What an artifact cannot do without, and what there is beside it that an engine may read."""
    needed = {SAVED_MODEL, VARIABLES, VOCABULARY}
    if artifact.characters is not None:
        needed.add(CHARACTERS)
    found = [path for pattern in _READ_BY_ENGINES for path in artifact.path.glob(pattern)]
    return needed | {path.relative_to(artifact.path).as_posix() for path in found}


def file_facts(folder: Path) -> dict[str, FileFact]:
    """Hash and size of every file below ``folder`` except the manifest, by its relative path."""
    return {
        path.relative_to(folder).as_posix(): FileFact(sha256=sha256_of(path), size=path.stat().st_size)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / MANIFEST
    }


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_manifest(path: Path) -> Manifest:
    file = path / MANIFEST
    try:
        content = file.read_bytes()
        manifest = Manifest.model_validate_json(content)
    except FileNotFoundError as error:
        raise ArtifactNotFoundError(f"{path} is no saved model: it holds no {MANIFEST}.") from error
    except OSError as error:
        raise ArtifactError(f"{file} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ArtifactError(
            f"{file} is not a manifest this version reads: {where}: {first['msg']}."
        ) from error
    # One that was saved before there were checksums has none.
    if manifest.checksum is not None and (found := checksum_of(json.loads(content))) != manifest.checksum:
        raise ArtifactError(
            f"{file} is not the manifest that was saved: its checksum is {found[:12]}, it says "
            f"{manifest.checksum[:12]}."
        )
    return manifest


def _read_vocabulary(file: Path) -> Vocabulary:
    try:
        return Vocabulary.from_json(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ArtifactError(f"{file} cannot be read: {error.strerror}.") from error
    except ArtifactError as error:
        raise ArtifactError(f"{file} cannot be used: {error}") from error
    except UnicodeDecodeError as error:
        raise ArtifactError(f"{file} is not UTF-8 (byte {error.start}).") from error
