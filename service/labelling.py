"""Moves a version label, after the version has been looked at."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import ArtifactNotFoundError, EngramError, InputError, LabelsError
from models.figures import in_percent
from models.nearest import nearest
from models.runtime.artifact import open_artifact, verify_files
from models.runtime.location import list_models, list_versions
from models.runtime.locks import locked_folder
from models.runtime.manifest import Manifest
from models.runtime.version_labels import (
    FILE,
    VersionLabels,
    check_state_exists,
    find_version_labels,
    write_version_labels,
)
from service.errors import BelowBaselineError
from service.kept_labels import KeptLabels
from service.repository import STABLE

_LABEL = re.compile(r"[^/:@\s]{1,64}")


def move_label(
    artifacts: Path,
    state: Path,
    name: str,
    label: str,
    version: int,
    *,
    accept_below_baseline: bool = False,
    kept: KeptLabels | None = None,
) -> int | None:
    """Gives a version label to a version whose files are those that were saved.

    Args:
        kept: what a running service has read: where the file is gone, no other one takes its place.

    Returns:
        The version that had it before, or None.

    Raises:
        InputError: the label is no name.
        ArtifactNotFoundError: there is no such model or version.
        ArtifactError: a file of the version is not the one that was saved.
        BelowBaselineError: ``stable`` would go to a version that answers worse than its baseline.
        ConfigError: there is no folder of the state.
        EngramError: the state cannot be read or written.
    """
    if not _LABEL.fullmatch(label):
        raise InputError(
            f"{label!r} is no version label: it has 1 to 64 characters, no space, '/', ':' or '@' among them."
        )
    # The lock keeps the version from being removed meanwhile.
    with _changing(state, kept) as labels:
        artifact = open_artifact(_find(artifacts, name, version))
        verify_files(artifact)
        if label == STABLE and not accept_below_baseline:
            _check_baseline(artifact.manifest)
        before = labels.setdefault(name, {}).get(label)
        labels[name][label] = version
    return before


def remove_label(state: Path, name: str, label: str, *, kept: KeptLabels | None = None) -> int | None:
    """Takes a version label away.

    Args:
        kept: see :func:`move_label`.

    Returns:
        The version that had it, or None where none had.

    Raises:
        ConfigError: there is no folder of the state.
        EngramError: the state cannot be read or written.
    """
    with _changing(state, kept) as labels:
        before = labels.get(name, {}).pop(label, None)
        if not labels.get(name):
            labels.pop(name, None)
    return before


@contextmanager
def _changing(state: Path, kept: KeptLabels | None) -> Iterator[VersionLabels]:
    """The labels, to be changed: written back afterwards, with nobody else changing them meanwhile."""
    check_state_exists(state)
    try:
        with locked_folder(state):
            labels = find_version_labels(state)
            if labels is None and kept is not None and kept.get():
                # A new file would hold this one label, and take all others away.
                raise LabelsError(f"{state / FILE} is gone; put it back before a label is changed.")
            labels = labels or {}
            yield labels
            write_version_labels(state, labels)
    except OSError as error:
        raise EngramError(
            f"The version labels in {state} cannot be changed: {error.strerror}; "
            "set ENGRAM_STATE to a folder that may be written."
        ) from error


def _find(artifacts: Path, name: str, version: int) -> Path:
    try:
        names = list_models(artifacts)
        versions = list_versions(artifacts / name) if name in names else []
    except OSError as error:
        raise EngramError(f"{artifacts} cannot be read: {error.strerror}.") from error
    if name not in names:
        near = nearest(name, names)
        question = f"did you mean {near!r}? There are" if near else "there are"
        raise ArtifactNotFoundError(
            f"There is no model {name!r} in {artifacts}; {question}: {', '.join(names) or 'none'}."
        )
    if version not in versions:
        raise ArtifactNotFoundError(
            f"The model {name!r} has no version {version}; it has {', '.join(map(str, versions))}."
        )
    return artifacts / name / str(version)


def _check_baseline(manifest: Manifest) -> None:
    margin = manifest.margin
    if margin is not None and margin.value < 0:
        raise BelowBaselineError(
            f"Version {manifest.version} of {manifest.name!r} is {in_percent(-margin.value)} points less "
            f"accurate than its baseline ({manifest.baseline_name})"
        )
