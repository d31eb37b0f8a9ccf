"""What pages and pictures show of the demo's model is what ``make demo`` asks it."""

import re
from pathlib import Path

import pytest

from docs.pictures import scenes
from examples.shown import REVIEW, SHOWN, UNSURE, wrong_answers

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# Of the model "reviews"; pages ask other models under other names, the README asks it alone.
NAMED = (
    r'engram \w+ reviews "([^"]+)"',
    r'/models/reviews[^`]*?"(?:instances|data)": \["([^"]+)"\]',
)
ALONE = (r'"text": "([^"]+)"', r'text = "([^"]+)"', r'client\.\w+\("([^"]+)"\)')


def shown(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    patterns = NAMED + (ALONE if path.name in ("README.md", "client.py") else ())
    return [found for pattern in patterns for found in re.findall(pattern, text)]


@pytest.mark.parametrize("path", [*PAGES, ROOT / "service/client.py"], ids=lambda path: path.name)
def test_every_text_shown_is_one_that_the_demo_asks(path: Path) -> None:
    assert [text for text in shown(path) if text not in SHOWN] == []


def test_pages_do_show_texts() -> None:
    found = {path.name: len(shown(path)) for path in PAGES}

    assert found["README.md"] >= 2
    assert found["protocols.md"] >= 2
    assert shown(ROOT / "service/client.py")


def test_pictures_show_no_other_text() -> None:
    rows = re.findall(r'"([^"]+)"', scenes._CSV)

    assert [text for text in rows if text not in SHOWN and text not in UNSURE] == []


def test_the_answers_that_pages_print_are_the_right_ones() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    protocols = (ROOT / "docs/protocols.md").read_text(encoding="utf-8")

    assert re.findall(r'"label":"(\w+)"', readme) == [SHOWN[REVIEW]]
    assert set(re.findall(r'"label":"(\w+)"', protocols)) == {SHOWN["A wonderful film."]}


def test_a_wrong_answer_is_said() -> None:
    right = list(SHOWN.values())

    assert wrong_answers(right) == []
    assert wrong_answers(["negative", *right[1:]]) == [
        f"the demo's model answers {REVIEW!r} with negative; positive is right, "
        "and README or documentation show it"
    ]
