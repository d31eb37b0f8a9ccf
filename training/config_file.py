"""Reads a config file and the values set on the command line into one checked ``Config``."""

import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.errors import ConfigError
from training.config import Config
from training.config_checks import impossible_combinations
from training.config_problems import problems_of


def load_config(path: Path, overrides: Sequence[str] = ()) -> Config:
    """Reads a TOML config.

    Paths of ``[data]`` are relative to the file's folder, wherever they are set; ``output.artifacts`` is
    relative to the current folder, where the service looks for it.

    Args:
        path: the file.
        overrides: ``section.key=value`` each; the value is read as TOML, and as a plain string where it is
            none.

    Raises:
        ConfigError: the file cannot be read, or holds keys, values or combinations that are not allowed; all
            of them are named.
    """
    values = _read(path)
    for override in overrides:
        _apply(values, override)
    return parse_config(values, folder=path.parent, origin=str(path))


def parse_config(values: Mapping[str, Any], *, folder: Path = Path(), origin: str = "the config") -> Config:
    """Checks values that are already read, such as those stored in an artifact.

    Args:
        values: as in the TOML file; ``None`` unsets a key.
        folder: what the paths of ``[data]`` are relative to.
        origin: what errors call the source of the values.

    Raises:
        ConfigError: as for ``load_config``.
    """
    values = _with_task_defaults(values)
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        raise _refusal(origin, problems_of(error, values)) from None
    problems = impossible_combinations(config)
    if problems:
        raise _refusal(origin, problems)
    config._folder = folder
    return config


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"There is no config file {path}.") from None
    except OSError as error:
        raise ConfigError(f"The config file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"The config file {path} is not UTF-8 (byte {error.start}).") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The config file {path} is not TOML: {error}.") from error


def _apply(values: dict[str, Any], override: str) -> None:
    """Puts one ``section.key=value`` into ``values``."""
    name, equals, text = override.partition("=")
    parts = [part.strip() for part in name.split(".")]
    if not equals or not all(parts) or len(parts) > 3:
        raise ConfigError(f"--set {override} is not understood; write --set section.key=value.")
    table = values
    for part in parts[:-1]:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            raise ConfigError(f"--set {override}: {part} is a value, not a section.")
    table[parts[-1]] = _value(text.strip())


def _value(text: str) -> Any:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return parsed["value"] if len(parsed) == 1 else text


def _with_task_defaults(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a task changes where the config says nothing.

    Multilabel data has its labels in the column ``labels``. Tags need tokens that stand beside one another,
    and are chosen by the F1 of their entities.
    """
    resolved = deepcopy(dict(values))
    defaults: dict[str, dict[str, str]] = {}
    if resolved.get("task") == "multilabel":
        defaults = {"data": {"label_column": "labels"}}
    elif resolved.get("task") in ("tagging", "joint"):
        defaults = {"text": {"truncate": "head"}, "training": {"monitor": "f1"}}
    for name, keys in defaults.items():
        section = resolved.setdefault(name, {})
        if isinstance(section, dict):
            for key, value in keys.items():
                section.setdefault(key, value)
    return resolved


def _refusal(origin: str, problems: Sequence[str]) -> ConfigError:
    if len(problems) == 1:
        return ConfigError(f"{origin}: {problems[0]}.")
    return ConfigError(
        f"{origin} has {len(problems)} errors:\n" + "\n".join(f"  {each}." for each in problems)
    )
