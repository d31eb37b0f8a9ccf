"""Messages that a page quotes are those of the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"```text\n(.*?)```", re.DOTALL)
LEAST_LETTERS = 8
# What a string of the code says, with None for each value that is put in.
Pattern = tuple[str | None, ...]
# Of a page, lines of blocks that are messages.
QUOTED = [
    (page, line)
    for page in ("troubleshoot.md", "versions.md", "deploy.md", "chinese.md")
    for block in BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def patterns() -> list[Pattern]:
    """One for every string of the code that is long enough to be told from others."""
    found = []
    for package in ("models", "training", "service"):
        for path in (ROOT / package).rglob("*.py"):
            found += list(_patterns(ast.parse(path.read_text(encoding="utf-8"))))
    return found


@pytest.mark.parametrize(("page", "line"), QUOTED)
def test_quoted_message_is_one_of_the_code(page: str, line: str, patterns: list[Pattern]) -> None:
    text = re.sub(r'^\{"error":"|","code":"[A-Z_]+"\}$', "", line)

    assert _is_said(text, patterns), f"{page}: {line}"


def test_a_message_of_no_code_is_noticed(patterns: list[Pattern]) -> None:
    real = 'one.csv: every training row has the label "b"; at least two different ones are needed.'

    assert _is_said(real, patterns)
    assert not _is_said(real.replace("training", "other"), patterns)


def _is_said(text: str, patterns: list[Pattern]) -> bool:
    """Whether a string of the code, with values put in, is at least half of ``text``."""
    return any(2 * _longest(text, pattern) >= len(text) for pattern in patterns)


def _longest(text: str, pattern: Pattern) -> int:
    """Characters of ``text`` that the string may be; 0 where it is not in it.

    Not by a regular expression: one of many values takes for ever to find that it does not match.
    """
    place = 0
    for part in pattern:
        if part is not None:
            place = text.find(part, place) + len(part)
            if place < len(part):
                return 0
    begin = 0 if pattern[0] is None else text.find(pattern[0])
    end = len(text) if pattern[-1] is None else text.rfind(pattern[-1]) + len(pattern[-1])
    return end - begin


def _patterns(tree: ast.AST) -> Iterator[Pattern]:
    nodes = list(ast.walk(tree))
    pieces = {id(piece) for node in nodes if isinstance(node, ast.JoinedStr) for piece in node.values}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in pieces:
            parts = [node.value]
        else:
            continue
        said = "".join(filter(None, parts))
        if sum(map(str.isalpha, said)) >= LEAST_LETTERS and " " in said.strip():
            yield tuple(parts)
