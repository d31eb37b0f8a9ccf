"""What can be said of a config key without its value: its meaning and the values it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from training.config import Config


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the file.

    Attributes:
        section: name of its section; "" for the keys that stand above all sections.
        name: its name within the section.
        meaning: one sentence, from the docstring under the field.
        allowed: the values it takes, in words.
        required: it has no default.
        default: its default as JSON, ``None`` where it is unset or required.
    """

    section: str
    name: str
    meaning: str
    allowed: str
    required: bool
    default: Any

    @property
    def path(self) -> str:
        """The key as ``--set`` takes it."""
        return f"{self.section}.{self.name}" if self.section else self.name


@cache
def known_keys() -> tuple[Key, ...]:
    """Every key, in the order of ``training.config``."""
    schema = Config.model_json_schema()
    keys: list[Key] = []
    for name, field in schema["properties"].items():
        reference = field.get("$ref")
        if reference is None:
            keys.append(_key("", name, field, schema))
            continue
        section = schema["$defs"][reference.rsplit("/", 1)[-1]]
        keys += [_key(name, part, value, section) for part, value in section["properties"].items()]
    return tuple(keys)


def section_meanings() -> dict[str, str]:
    """Each section's name and what it is about, in order."""
    names = dict.fromkeys(key.section for key in known_keys() if key.section)
    return {name: _first_line(Config.model_fields[name].annotation) for name in names}


def _first_line(section: Any) -> str:
    return str(section.__doc__).strip().splitlines()[0]


def _key(section: str, name: str, field: Mapping[str, Any], parent: Mapping[str, Any]) -> Key:
    return Key(
        section=section,
        name=name,
        # A docstring may be folded; a table's row and a comment's line are not.
        meaning=" ".join(field.get("description", "").split()),
        allowed=_allowed(field),
        required=name in parent.get("required", ()),
        default=field.get("default"),
    )


def _allowed(schema: Mapping[str, Any]) -> str:
    """The values of a JSON Schema in words."""
    if "allowed" in schema:
        return str(schema["allowed"])
    if "anyOf" in schema:
        return _either([words for option in schema["anyOf"] for words in _options(option)])
    if "enum" in schema or "const" in schema:
        return _either([f'"{value}"' for value in schema.get("enum", [schema.get("const")])])
    match schema.get("type"):
        case "integer":
            return "a whole number" + _limits(schema)
        case "number":
            return "a number" + _limits(schema)
        case "boolean":
            return "true or false"
        case "string":
            return "a path" if schema.get("format") == "path" else "a string"
        case "object":
            return "a table of strings"
        case "null":
            return '"none"'
    raise AssertionError(f"no words for the schema {schema}")


def _options(schema: Mapping[str, Any]) -> list[str]:
    return ["true", "false"] if schema.get("type") == "boolean" else [_allowed(schema)]


def _limits(schema: Mapping[str, Any]) -> str:
    words = {
        "minimum": "at least",
        "exclusiveMinimum": "above",
        "maximum": "at most",
        "exclusiveMaximum": "below",
    }
    found = [
        f"{word} {schema[key]:g}" if schema[key] < 1e5 else f"{word} {schema[key]}"
        for key, word in words.items()
        if key in schema
    ]
    return " " + " and ".join(found) if found else ""


def _either(options: list[str]) -> str:
    return options[0] if len(options) == 1 else f"{', '.join(options[:-1])} or {options[-1]}"
