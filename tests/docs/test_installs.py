"""What pages and messages advise to install can be installed: Engram itself is on no package index."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
# TensorBoard reads what training writes; nothing here needs it.
PACKAGES = {
    re.split(r"[\[<>=]", asked)[0]
    for asked in (*PROJECT["dependencies"], *(name for kind in EXTRAS.values() for name in kind))
} - {PROJECT["name"]} | {"tensorboard"}
FILES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "reference").glob("*.md")),
    *(
        path
        for package in ("models", "training", "service")
        for path in sorted((ROOT / package).rglob("*.py"))
    ),
]
# In a message a word of the sentence, a comma or a bracket ends the command.
COMMAND = re.compile(r"pip install ((?:(?!or\b|and\b)[\w./\[\]-]+ ?)+)")
OPTIONS = ("--require-hashes", "--no-deps", "-r")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_advised_to_install_is_a_package_or_a_file_of_the_repository(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"\bengram\[|\binstall the extra\b|\bthe extra\b", text)
    for command in COMMAND.findall(text):
        for name in command.split():
            assert name in PACKAGES or name in OPTIONS or (ROOT / name).exists(), f"{name} of {command!r}"


def test_some_advice_is_looked_at() -> None:
    assert sum(len(COMMAND.findall(path.read_text(encoding="utf-8"))) for path in FILES) >= 8
