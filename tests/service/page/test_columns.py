"""How a file is taken apart: its encoding, what is between cells, names, the column of texts."""

import codecs

import pytest
from playwright.sync_api import Page, expect

from tests.service.page.files import answers, downloaded, downloaded_text, give, shown, start, written

pytestmark = pytest.mark.browser

TEXTS = ["The story was wonderful, really.", "The script was a mess.", 'Gripping; "clever", too.']
UTF_16 = {"little": (codecs.BOM_UTF16_LE, "utf-16-le"), "big": (codecs.BOM_UTF16_BE, "utf-16-be")}


def rows_of(header: list[str] | None = None) -> list[list[str]]:
    rows = [[str(number), text, f"note {number}"] for number, text in enumerate(TEXTS, 1)]
    return [header, *rows] if header else rows


def check(page: Page, service, texts: list[str]) -> None:
    """The table holds these texts, with the service's answers to them."""
    start(page, len(texts))
    rows = shown(page)
    assert [row[1] for row in rows] == texts
    expected = [answer["label"] for answer in answers(service, texts, model="tiny")]
    assert [row[2].removesuffix(" not sure") for row in rows] == expected


def test_a_file_with_tabs_is_read(page: Page, service) -> None:
    give(page, written(rows_of(["id", "review", "remark"]), "\t"), "reviews.tsv")
    expect(page.locator("#file-notice")).to_have_text("“reviews.tsv”: 3 rows, 3 columns.")
    expect(page.locator("#column option:checked")).to_have_text("review")
    check(page, service, TEXTS)
    assert [(row["id"], row["review"], row["remark"]) for row in downloaded(page, delimiter="\t")] == [
        tuple(row) for row in rows_of()
    ]


COMMAS = ["The story was wonderful, really.", "Dull, slow, and long.", "A mess."]


@pytest.mark.parametrize("name", ["reviews.tsv", "reviews.TSV"])
@pytest.mark.parametrize("rest", ["", "more\t"])
def test_commas_of_the_first_text_cut_no_file_with_tabs(page: Page, service, name: str, rest: str) -> None:
    lines = [f"{number}\t{text}\n" for number, text in enumerate(COMMAS, 1)]
    # With a broken row the name of the file still tells.
    give(page, "".join([*lines, f"4\tClever.\t{rest}\n" if rest else ""]), name)
    page.get_by_label("the first row holds names").uncheck()
    check(page, service, [*COMMAS, *(["Clever."] if rest else [])])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_what_stands_between_cells_is_decided_by_all_rows(page: Page, delimiter: str) -> None:
    texts = ['A "fine" one,\r\nreally; truly', "Dull; slow, and long, too", "A mess"]
    rows = [[str(number), text, "0,5"] for number, text in enumerate(texts, 1)]
    give(page, written(rows, delimiter))
    expect(page.locator("#file-notice")).to_have_text("“reviews.csv”: 3 rows, 3 columns.")
    page.get_by_label("the first row holds names").uncheck()
    start(page, len(texts))
    assert [row["column 2"] for row in downloaded(page, delimiter=delimiter)] == texts


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "|"])
def test_answers_are_written_as_the_file_was(page: Page, delimiter: str, end: str) -> None:
    give(page, end.join([f"id{delimiter}text", f"1{delimiter}Wonderful.", f"2{delimiter}A mess.", ""]))
    start(page, 2)
    text = downloaded_text(page)
    assert text.startswith(delimiter.join(["id", "text", "answer", "confidence", "abstained"]) + end)
    assert len(text.split(end)) == 4
    assert "\r" not in text.replace(end, "")


def test_texts_with_commas_in_one_column_stay_whole(page: Page) -> None:
    give(page, "text\n" + "\n".join(COMMAS))
    start(page, 3)
    assert [row[1] for row in shown(page)] == COMMAS
    assert [row["text"] for row in downloaded(page)] == COMMAS


@pytest.mark.parametrize("order", ["little", "big"])
def test_a_file_in_utf_16_is_read(page: Page, service, order: str) -> None:
    mark, encoding = UTF_16[order]
    texts = [*TEXTS, "房间很干净 🙂"]
    rows = [["name", "review"], *(["好", text] for text in texts)]
    give(page, mark + written(rows, "\t").encode(encoding), "reviews.txt")
    expect(page.locator("#file-notice")).to_have_text("“reviews.txt”: 4 rows, 2 columns.")
    check(page, service, texts)
    # What is given back is in UTF-8, whatever was taken.
    assert [(row["name"], row["review"]) for row in downloaded(page, delimiter="\t")] == [
        ("好", text) for text in texts
    ]


def test_half_a_character_of_utf_16_is_said_in_words(page: Page) -> None:
    give(page, codecs.BOM_UTF16_LE + "text\nfine".encode("utf-16-le") + b"\x3d\xd8", "cut.csv")
    expect(page.locator("#file-notice")).to_contain_text("“cut.csv” is no text in UTF-8")
    expect(page.locator("#plan")).to_be_hidden()


def test_another_column_can_be_asked_about(page: Page, service) -> None:
    give(page, written(rows_of(["id", "review", "remark"])))
    check(page, service, TEXTS)
    page.get_by_label("Column with the texts").select_option("remark")
    # What was answered was about other texts.
    expect(page.locator("#results")).to_be_hidden()
    expect(page.locator("#progress-field")).to_be_hidden()
    check(page, service, ["note 1", "note 2", "note 3"])
    rows = downloaded(page)
    assert [row["review"] for row in rows] == TEXTS
    expected = [answer["label"] for answer in answers(service, ["note 1", "note 2", "note 3"], model="tiny")]
    assert [row["answer"] for row in rows] == expected


def test_the_longest_cells_are_taken_for_the_texts_where_no_name_tells(page: Page) -> None:
    give(page, written(rows_of(["a", "b", "c"])))
    expect(page.locator("#column option:checked")).to_have_text("b")


def test_whether_the_first_row_holds_names_is_guessed_and_can_be_said(page: Page, service) -> None:
    names = page.get_by_label("the first row holds names")
    give(page, written(rows_of(["id", "review", "remark"])))
    expect(names).to_be_checked()
    expect(page.locator("#column option")).to_have_text(["id", "review", "remark"])
    names.uncheck()
    expect(page.locator("#file-notice")).to_contain_text("4 rows, 3 columns")
    expect(page.locator("#start")).to_have_text("Ask about 4 rows")
    expect(page.locator("#column option")).to_have_text(["column 1", "column 2", "column 3"])
    expect(page.locator("#column option:checked")).to_have_text("column 2")
    check(page, service, ["review", *TEXTS])
    names.check()
    expect(page.locator("#results")).to_be_hidden()
    check(page, service, TEXTS)


def test_a_first_row_that_is_a_text_is_answered_too(page: Page, service) -> None:
    give(page, written([[text] for text in TEXTS]))
    expect(page.get_by_label("the first row holds names")).not_to_be_checked()
    check(page, service, TEXTS)
    page.get_by_label("the first row holds names").check()
    expect(page.locator("#column option:checked")).to_have_text(TEXTS[0])
    check(page, service, TEXTS[1:])
    assert list(downloaded(page)[0])[:2] == [TEXTS[0], "answer"]


def test_a_column_that_is_called_like_one_of_the_answer_stays(page: Page) -> None:
    give(page, written([["text", "answer"], *([text, "mine"] for text in TEXTS)]))
    start(page, 3)
    rows = downloaded(page)
    assert [row["answer"] for row in rows] == ["mine"] * 3
    assert [row["answer_2"] for row in rows] == [row[2].removesuffix(" not sure") for row in shown(page)]
