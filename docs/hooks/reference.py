"""Writes the pages of ``docs/reference`` from the code: ``python docs/hooks/reference.py``.

A test compares the two.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from service.settings import PREFIX, Settings  # noqa: E402
from training.cli.main import VERBS, build_parser  # noqa: E402
from training.config_keys import Key, known_keys, section_meanings  # noqa: E402
from training.config_problems import written  # noqa: E402

_CONFIG = """\
A run is one TOML file. `engram init FILE` writes one with every key in it, explained. A key that is
left out has its default; `"none"` unsets a key. On the command line `--set section.key=value` overrides
one. An unknown key, a wrong value and a combination that cannot work are refused before any work starts."""
_SETTINGS = """\
`python -m service` reads these variables; `python -m service --help` lists them. An empty one counts as not
set. A wrong value ends with one sentence and exit code 2; a variable that begins with `ENGRAM_` and is not
listed here is named in the log (`unknown_setting`), with the setting it resembles."""
_COMMANDS = """\
`engram VERB` and `python -m training VERB` are the same. Results go to standard output, what is said
meanwhile to standard error; `--quiet` keeps that to itself. Exit codes: 0 done, 1 failed, 2 wrong usage or
bad input, 130 stopped by Ctrl-C. An error is one sentence on standard error; `--debug` shows the traceback.
ARTIFACT is a path, `NAME` (its newest version), `NAME/VERSION` or `NAME@VERSION_LABEL`; names are looked up
in `ENGRAM_ARTIFACTS` (default: `artifacts`)."""
_SERVICE = """\
Serves the models in `ENGRAM_ARTIFACTS` until SIGTERM or Ctrl-C; [its settings](settings.md) are variables.
`--host`, `--port`, `--engine` and `--model` stand before `ENGRAM_HOST`, `ENGRAM_PORT`, `ENGRAM_ENGINE` and
`ENGRAM_DEFAULT_MODEL`.

- `python -m service label NAME VERSION_LABEL VERSION` moves a version label; `--remove` instead of VERSION
  takes it away; `--accept-below-baseline` lets `stable` go to a version that is less accurate than its
  baseline.
- `python -m service key NAME` makes an API key: the line for the file of keys on standard output, the key
  itself on standard error.
- `python -m service.probe` ends with 0 where the service on this machine is alive; the container's health
  check."""
_GENERATED = "<!-- Written by `python docs/hooks/reference.py`; change the code, not this page. -->"


def pages() -> dict[str, str]:
    """Each page's name and content."""
    return {"commands.md": _commands(), "config.md": _config(), "settings.md": _settings()}


def _config() -> str:
    parts = ["# Config keys", _GENERATED, _CONFIG, "## Above all sections", _keys("")]
    for section, meaning in section_meanings().items():
        parts += [f"## [{section}]", meaning, _keys(section)]
    return _page(parts)


def _keys(section: str) -> str:
    rows = [
        (f"`{key.path}`", "required" if key.required else f"`{_default(key)}`", key.allowed, key.meaning)
        for key in known_keys()
        if key.section == section
    ]
    return _table(("key", "default", "allowed", "meaning"), rows)


def _default(key: Key) -> str:
    return written("none" if key.default is None else key.default)


def _settings() -> str:
    rows = []
    for name, field in Settings.model_fields.items():
        # One that is made by a function depends on the machine; the meaning tells of it.
        default = "see there" if field.default_factory else _shown(field.default)
        rows.append((f"`{PREFIX}{name.upper()}`", default, str(field.description)))
    table = _table(("variable", "default", "meaning"), rows)
    return _page(["# Settings of the service", _GENERATED, _SETTINGS, table])


def _shown(default: object) -> str:
    if default is None:
        return "not set"
    return str(int(default) if isinstance(default, bool) else default) or "empty"


def _commands() -> str:
    parts = ["# Commands", _GENERATED, _COMMANDS]
    parsers = _verbs(build_parser())
    for module in VERBS:
        meaning = str(module.HELP)
        parts += [f"## engram {module.NAME}", f"{meaning[0].upper()}{meaning[1:]}."]
        if rows := list(_arguments(parsers[module.NAME])):
            parts.append(_table(("argument", "meaning"), rows))
    return _page([*parts, "## python -m service", _SERVICE])


def _verbs(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (verbs,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(verbs.choices)


def _arguments(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in parser._actions:
        # Those that every verb has are told of once.
        if {"--help", "--debug", "--quiet"} & set(action.option_strings):
            continue
        name = ", ".join(action.option_strings) or str(action.metavar)
        if action.option_strings and action.nargs != 0:
            name += f" {_value(action)}"
        meaning = parser._get_formatter()._expand_help(action) if action.help else ""
        # How many processors there are differs between machines.
        yield f"`{name}`", meaning.split(" (here ")[0]


def _value(action: argparse.Action) -> str:
    if action.choices:
        return "{" + ",".join(map(str, action.choices)) + "}"
    metavar = action.metavar or action.dest.upper()
    return " ".join(metavar) if isinstance(metavar, tuple) else metavar


def _page(parts: Sequence[str]) -> str:
    return "\n\n".join(parts) + "\n"


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    for name, content in pages().items():
        (ROOT / "docs" / "reference" / name).write_text(content, encoding="utf-8")
