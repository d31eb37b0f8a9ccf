"""Version labels: names for versions of a model ("stable", "canary"), kept in one file beside the models."""

import json
import os
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from models.durable import durable
from models.errors import ConfigError, LabelsError
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
        ConfigError: there is no such folder.
        LabelsError: the file cannot be read or holds something else.
    """
    return find_version_labels(state) or {}


def find_version_labels(state: Path) -> VersionLabels | None:
    """The same; None where the folder holds no such file.

    Raises:
        ConfigError: there is no such folder.
        LabelsError: the file cannot be read or holds something else.
    """
    path = state / FILE
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except FileNotFoundError:
        check_state_exists(state)
        return None
    except OSError as error:
        raise LabelsError(f"{path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        raise LabelsError(
            f"{path} holds no version labels: {error.errors()[0]['msg']}; it must be an object of the form "
            '{"NAME": {"LABEL": VERSION}}.'
        ) from error


def write_version_labels(state: Path, labels: VersionLabels) -> None:
    """Replaces the file as a whole; call it with the folder locked.

    Raises:
        OSError: it cannot be written.
    """
    with durable(state / FILE) as file:
        os.fchmod(file.fileno(), 0o644)
        file.write(json.dumps(labels, indent=2, sort_keys=True).encode() + b"\n")


def check_state_exists(state: Path) -> None:
    """A folder that is missing is a wrong name or a lost volume, never a folder without labels.

    Raises:
        ConfigError: it is missing.
    """
    if not state.exists():
        raise ConfigError(
            f"There is no folder {state}, where the version labels should stand; ENGRAM_STATE, or "
            "ENGRAM_ARTIFACTS where it is not set, must name one that exists."
        )
