"""Files given to the page, and what the page makes of them."""

import csv
import io
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.service.page.models import ROOT
from tests.service.process import Service


def give(page: Page, content: str | bytes, name: str = "reviews.csv") -> None:
    data = content.encode() if isinstance(content, str) else content
    page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": data})


def start(page: Page, rows: int) -> None:
    page.locator("#start").click()
    many = "row" if rows == 1 else "rows"
    expect(page.locator("#progress-text")).to_have_text(f"{rows:,} of {rows:,} {many}", timeout=30_000)
    expect(page.locator("#start")).to_be_visible()


def shown(page: Page) -> list[list[str]]:
    rows = page.locator("#results tbody tr")
    return [row.locator("td").all_inner_texts() for row in rows.all()]


def downloaded(page: Page, name: str = "reviews", delimiter: str = ",") -> list[dict[str, str]]:
    text = downloaded_text(page, f"{name}-answers.{'tsv' if delimiter == chr(9) else 'csv'}")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def downloaded_text(page: Page, name: str = "reviews-answers.csv") -> str:
    with page.expect_download() as waiting:
        page.locator("#download").click()
    assert waiting.value.suggested_filename == name
    return Path(waiting.value.path()).read_bytes().decode("utf-8-sig")


def table(rows: int) -> str:
    words = ["wonderful", "a mess", "clever", "painful", "gripping", "dull"]
    return "id,text\n" + "".join(f'{n},"The story, number {n}, was {words[n % 6]}."\n' for n in range(rows))


def reviews() -> list[str]:
    """Different ones out of the example, some of which ``tiny`` is not sure of."""
    with (ROOT / "examples" / "tiny.csv").open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)][:120]


def answers(service: Service, texts: list[str], **asked: object) -> list[dict]:
    """What the service says of them, a prediction a text.

    Args:
        asked: more fields of the request, such as ``model``.
    """
    status, reply = service.ask("POST", "/predict", {"texts": texts} | asked)
    assert status == 200, reply
    return reply["predictions"]


def written(rows: list[list[str]], delimiter: str = ",") -> str:
    """A file of these cells, as a spreadsheet saves it."""
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()
