"""Where saved models stand: ``<artifacts>/<name>/<integer version>/``."""

import os
from pathlib import Path

from models.errors import ArtifactNotFoundError
from models.nearest import nearest

MANIFEST = "manifest.json"


def artifacts_folder() -> Path:
    """The folder of ENGRAM_ARTIFACTS, by default ``artifacts`` in the current folder."""
    return Path(os.environ.get("ENGRAM_ARTIFACTS", "artifacts"))


def list_models(artifacts: Path) -> list[str]:
    """Names of the models in ``artifacts`` that have at least one version, sorted.

    Raises:
        OSError: the folder cannot be read.
    """
    return sorted(entry.name for entry in artifacts.iterdir() if entry.is_dir() and list_versions(entry))


def list_versions(model_folder: Path) -> list[int]:
    """Versions in a model's folder, oldest first. Half-written ones stand under other names."""
    if not model_folder.is_dir():
        return []
    return sorted(
        int(entry.name)
        for entry in model_folder.iterdir()
        if entry.name.isascii()
        and entry.name.isdecimal()
        and entry.name == str(int(entry.name))
        and entry.is_dir()
    )


def find_artifact(reference: str, artifacts: Path) -> Path:
    """The folder of one saved model.

    Args:
        reference: an existing path, else ``NAME`` (its newest version), ``NAME/VERSION`` or
            ``NAME@VERSION_LABEL``.
        artifacts: the folder that names are looked up in.

    Raises:
        ArtifactNotFoundError: nothing stands there.
        EngramError: the version labels cannot be read.
    """
    path = Path(reference)
    if (path / MANIFEST).is_file():
        return path
    if path.is_dir() and (versions := list_versions(path)):
        return path / str(versions[-1])
    name, _, version = reference.partition("/")
    if "@" in name and not version:
        name, _, label = name.partition("@")
        version = str(_labelled(name, label))
    versions = list_versions(artifacts / name)
    if not versions:
        raise ArtifactNotFoundError(_unknown_model(reference, name, artifacts))
    if not version:
        return artifacts / name / str(versions[-1])
    if not version.isdecimal() or int(version) not in versions:
        raise ArtifactNotFoundError(
            f"The model {name!r} in {artifacts} has no version {version!r}; "
            f"it has {', '.join(map(str, versions))}."
        )
    return artifacts / name / str(int(version))


def _labelled(name: str, label: str) -> int:
    # Imported here, as it asks this module where the models stand.
    from models.runtime.version_labels import read_version_labels, state_folder

    labels = read_version_labels(state_folder()).get(name, {})
    if label not in labels:
        near = nearest(label, labels)
        known = f"it has {', '.join(sorted(labels))}" if labels else "none has been set"
        question = f"did you mean {near!r}? {known[0].upper()}{known[1:]}" if near else known
        raise ArtifactNotFoundError(f"The model {name!r} has no version label {label!r}; {question}.")
    return labels[label]


def _unknown_model(reference: str, name: str, artifacts: Path) -> str:
    names = list_models(artifacts) if artifacts.is_dir() else []
    if not names:
        return (
            f"There is no saved model {reference!r}: it is no folder with a {MANIFEST}, "
            f"and {artifacts} holds no models."
        )
    near = nearest(name, names)
    hint = f"did you mean {near!r}? It" if near else "it"
    return f"There is no saved model {reference!r} in {artifacts}: {hint} holds {', '.join(names)}."
