"""The commands of the pages, run as a reader would: in order, in one folder, on the data that a page writes.

A comment before a block of a page says what becomes of it:

- ``<!-- run -->``: it ends with 0; ``<!-- run: exit 2 -->``: with 2.
- ``<!-- run: service -->``: it goes on until the end of the page, and then ends with 0.
- ``<!-- prints -->``: each line stands in what the block before printed. ``...`` is anything, and a decimal
  number any other: they differ a little between machines.
"""

import re
from pathlib import Path

import pytest

from service.server import listen
from tests.docs.reader import BLOCK, Reader, unprinted

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("quickstart.md", "train.md", "serve.md")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_commands_of_the_pages_do_what_the_pages_say(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as free:
        reader = Reader(tmp_path, port=free.getsockname()[1])
    for page in PAGES:
        reader.follow(ROOT / "docs" / page)


def test_a_page_that_promises_another_output_is_noticed() -> None:
    assert (
        unprinted('{"label": "billing", "confidence": 0.61, "n": 3}', ['"billing", "confidence": 0.7']) == []
    )
    assert unprinted("3 rows\n2 labels", ["3 rows", "2 labels"]) == []
    assert unprinted("3 rows", ["4 rows"]) == ["4 rows"]
    assert unprinted("2 labels\n3 rows", ["3 rows", "2 labels"]) == ["2 labels"]


@pytest.mark.parametrize("page", PAGES)
def test_every_mark_of_a_page_belongs_to_a_block(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    blocks = BLOCK.findall(text)

    assert len(blocks) == len(re.findall(r"<!-- (?:run|prints)", text))
    assert [kind for kind, _, _ in blocks].count("run") >= 4
