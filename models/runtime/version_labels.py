"""Version labels: names for versions of a model ("stable", "canary"), kept in one file beside the models."""

import json
import os
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from models.errors import ArtifactError
from models.runtime.location import artifacts_folder

FILE = "version-labels.json"

VersionLabels = dict[str, dict[str, int]]
_ADAPTER = TypeAdapter(VersionLabels)


def state_folder() -> Path:
    """The folder of ENGRAM_STATE, by default that of the artifacts."""
    state = os.environ.get("ENGRAM_STATE")
    return Path(state) if state else artifacts_folder()


def read_version_labels(state: Path) -> VersionLabels:
    """Version by label by name of the model; empty where no label was ever set.

    Raises:
        ArtifactError: the file cannot be read or holds something else.
    """
    path = state / FILE
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        raise ArtifactError(
            f"{path} holds no version labels: {error.errors()[0]['msg']}; it must be an object of the form "
            '{"NAME": {"LABEL": VERSION}}.'
        ) from error


def write_version_labels(state: Path, labels: VersionLabels) -> None:
    """Replaces the file as a whole; call it with the folder locked.

    Raises:
        OSError: it cannot be written.
    """
    unfinished = state / f".{FILE}.unfinished"
    unfinished.write_text(json.dumps(labels, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    unfinished.chmod(0o644)
    unfinished.replace(state / FILE)
