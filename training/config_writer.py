"""A config as a TOML file in which every key stands with its meaning and the values it takes."""

import textwrap
from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.container import Container
from tomlkit.items import Table

from training.config import Config, config_as_dict
from training.config_keys import Key, known_keys, section_meanings

_COMMENT_WIDTH = 100


def commented_toml(config: Config) -> str:
    """The file that ``load_config`` reads as ``config``; an unset key is written as "none"."""
    values = config_as_dict(config)
    document = tomlkit.document()
    for key in known_keys():
        if not key.section:
            _add(document, key, values[key.name])
    for name, meaning in section_meanings().items():
        section = tomlkit.table()
        section.comment(meaning)
        for key in known_keys():
            if key.section == name:
                _add(section, key, values[name][key.name])
        document.add(tomlkit.nl())
        document.add(name, section)
    return tomlkit.dumps(document)


def _add(place: Container | Table, key: Key, value: Any) -> None:
    for line in textwrap.wrap(f"{key.meaning} Allowed: {key.allowed}.", _COMMENT_WIDTH):
        place.add(tomlkit.comment(line))
    place.add(key.name, _item(value))


def _item(value: Any) -> Any:
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        table.update(value)
        return table
    return value
