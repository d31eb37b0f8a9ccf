"""What is wrong with a config, in words a person can act on."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from models.nearest import nearest
from training.config_keys import known_keys, section_meanings

# Where a key takes some names only, they are said in quotes.
_NAME = re.compile(r'"([^"]+)"')


def problems_of(error: ValidationError, values: Mapping[str, Any]) -> list[str]:
    """One sentence for each key that is wrong (pydantic reports a key once for each type it may have).

    Args:
        error: what the validation of ``values`` as a ``Config`` raised.
        values: what was validated.
    """
    found: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_context=False):
        location = [str(part) for part in detail["loc"]]
        depth = 2 if location[0] in section_meanings() else 1
        path = ".".join(location[:depth])
        found.setdefault(path, _problem(path, detail["type"], values))
    return list(found.values())


def _problem(path: str, kind: str, values: Mapping[str, Any]) -> str:
    if path in section_meanings():
        return (
            f"the section [{path}] is missing" if kind == "missing" else f"{path} must be a section, [{path}]"
        )
    section, _, name = path.rpartition(".")
    if kind == "extra_forbidden":
        return _unknown_key(section, name)
    key = next(key for key in known_keys() if key.path == path)
    if kind == "missing":
        return f"{path} is missing; give it {key.allowed}"
    value = values[section][name] if section else values[name]
    near = nearest(value, _NAME.findall(key.allowed)) if isinstance(value, str) else None
    question = f'did you mean "{near}"? Use' if near else "use"
    return f"{path} = {written(value)} is not allowed; {question} {key.allowed}"


def written(value: Any) -> str:
    """A value as a config file would show it."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _unknown_key(section: str, name: str) -> str:
    shown = f"{section}.{name}" if section else name
    place = f"[{section}]" if section else "the top of the file"
    here = [key.name for key in known_keys() if key.section == section]
    if not section:
        here += section_meanings()
    close = nearest(name, here)
    meant = [close] if close else []
    meant += [key.path for key in known_keys() if key.name == name]
    question = f", did you mean {' or '.join(meant)}?" if meant else ","
    return f"{shown} is not a known key{question} {place} allows {', '.join(here)}"
