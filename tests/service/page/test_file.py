"""A file on the page: read, asked about, filtered, given back; and what happens when something is wrong."""

import pytest
from playwright.sync_api import Page, expect

from tests.service.page.files import downloaded, give, shown, start, table

pytestmark = pytest.mark.browser

MESSY = (
    "\ufeffid;review;label\r\n"
    '1;"A ""gripping"" story; really";x\r\n'
    '2;"The script\r\nwas a mess.";y\r\n'
    "\r\n"
    "3;<img src=x onerror=document.title='run'>;z\r\n"
    "4;;empty\r\n"
)


def test_a_messy_file_is_read_asked_and_given_back(page: Page, service) -> None:
    give(page, MESSY)
    expect(page.locator("#file-notice")).to_contain_text("4 rows, 3 columns")
    expect(page.locator("#column option:checked")).to_have_text("review")
    start(page, 4)
    texts = [
        'A "gripping" story; really',
        "The script\r\nwas a mess.",
        "<img src=x onerror=document.title='run'>",
    ]
    assert [row[1] for row in shown(page)][2] == texts[2]
    assert page.locator("#results img").count() == 0
    assert page.title() == "Engram"
    _, reply = service.ask("POST", "/predict", {"texts": texts, "model": "tiny"})
    rows = downloaded(page, delimiter=";")
    assert [row["review"] for row in rows] == [*texts, ""]
    assert [row["label"] for row in rows] == ["x", "y", "z", "empty"]
    for row, answer in zip(rows, reply["predictions"], strict=False):
        assert row["answer"] == answer["label"]
        assert float(row["confidence"]) == pytest.approx(answer["confidence"], abs=6e-5)
        assert row["abstained"] == str(answer["abstained"]).lower()
    assert (rows[3]["answer"], rows[3]["problem"]) == ("", "no text")


@pytest.mark.parametrize(
    ("first", "is_header"),
    [
        # Few words, or far fewer than below.
        ("Nr.;What does our guest say?;happy (y/n)", True),
        ("number;feedback;rating", True),
        # A value of the rows below it, a number, a sentence like those below.
        ("A-0;The beginning was slow.;y", False),
        ("17;feedback;rating", False),
        ("Nr.;I would come again for this play.;rating", False),
    ],
)
def test_the_first_row_is_known_for_names_or_a_row(page: Page, first: str, is_header: bool) -> None:
    rows = [
        "A-1;The story goes on, and I would have liked to see the end of it some hours earlier.;y",
        "A-2;Dull, and I left before the end, like all the others who had come to see this play.;n",
    ]
    give(page, "\n".join([first, *rows, rows[0].replace("A-1", "A-3")]))
    count = len(rows) + (1 if is_header else 2)
    expect(page.locator("#file-notice")).to_contain_text(f"{count} rows, 3 columns")
    expect(page.locator("#header")).to_be_checked(checked=is_header)
    expect(page.locator("#column")).to_have_value("1")


def test_a_thousand_rows_take_at_most_five_seconds(page: Page) -> None:
    give(page, table(1000))
    page.evaluate(
        "document.querySelector('#plan').addEventListener('submit', () => (window.began = Date.now()))"
    )
    start(page, 1000)
    took = page.evaluate("Date.now() - window.began")
    assert took <= 5000
    expect(page.locator("#shown")).to_have_text("1,000 of 1,000 rows")


def test_a_row_can_be_looked_at_from_near(page: Page) -> None:
    give(page, table(3))
    start(page, 3)
    page.get_by_role("button", name="Look at row 2").click()
    page.wait_for_selector(".curve circle")
    assert page.input_value("#text") == "The story, number 1, was a mess."


def test_a_dropped_file_is_taken(page: Page) -> None:
    transfer = page.evaluate_handle(
        """text => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], "reviews.csv", {type: "text/csv"}));
            return transfer;
        }""",
        "text\nA dropped one.\n",
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})
    expect(page.locator("#start")).to_have_text("Ask about 1 row")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is no text file, so no CSV either"),
        (b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml", "is no text file, so no CSV either"),
        ("text\n好看".encode("gb18030"), "is no text in UTF-8. Save it as “CSV UTF-8”"),
        (b"", "is empty"),
        (b"\n\n", "holds no row"),
        (b'text\n"never closed\n', "The quote that opens in line 2 is never closed."),
    ],
    ids=["a picture", "a spreadsheet", "another encoding", "empty", "only blank lines", "an open quote"],
)
def test_what_is_no_csv_is_said_in_words(page: Page, content: bytes, sentence: str) -> None:
    give(page, content)
    expect(page.locator("#file-notice")).to_contain_text(sentence)
    expect(page.locator("#plan")).to_be_hidden()
    give(page, "text\nfine\n")
    expect(page.locator("#start")).to_have_text("Ask about 1 row")


def test_a_file_of_50_mb_is_refused_in_words_and_the_page_stays_usable(page: Page, tmp_path) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(b"text\n" + b"x" * 49 + b"\n" * 1 + b"y" * (50 * 10**6))
    page.set_input_files("#file", path)
    expect(page.locator("#file-notice")).to_contain_text(
        "has 50.0 MB; this page reads files of at most 10 MB"
    )
    page.fill("#text", "wonderful")
    page.wait_for_selector(".curve circle")


def test_texts_that_are_too_long_are_named_and_the_others_answered(page: Page) -> None:
    give(page, f"text\nshort\n{'x' * 3001}\n")
    start(page, 2)
    assert [row[2] for row in shown(page)][1] == "longer than 3,000 characters"


@pytest.mark.parametrize(("status", "code"), [(413, "TOO_MANY_TEXTS"), (504, "DEADLINE_EXCEEDED")])
def test_parts_that_are_too_large_are_halved(page: Page, status: int, code: str) -> None:
    sizes = []

    def answer(route) -> None:
        texts = route.request.post_data_json["texts"]
        sizes.append(len(texts))
        if len(texts) > 10:
            route.fulfill(status=status, json={"error": "too many texts", "code": code})
        else:
            route.continue_()

    page.route("**/predict", answer)
    give(page, table(40))
    start(page, 40)
    assert max(sizes) == 40
    assert [row[0] for row in shown(page)] == [str(n) for n in range(1, 41)]


def test_a_busy_service_is_asked_again_and_a_stopped_one_later(page: Page) -> None:
    refused = []

    def busy(route) -> None:
        if not refused:
            refused.append(True)
            busy_reply = {"error": "the queue is full", "code": "QUEUE_FULL"}
            route.fulfill(status=429, headers={"Retry-After": "1"}, json=busy_reply)
        else:
            route.continue_()

    page.route("**/predict", busy)
    give(page, table(3))
    page.locator("#start").click()
    expect(page.locator("#file-notice")).to_contain_text("too much to do at the moment. Trying again in 1 s.")
    expect(page.locator("#progress-text")).to_have_text("3 of 3 rows")
    page.unroute("**/predict")
    page.route(
        "**/predict", lambda route: route.fulfill(status=500, json={"error": "it failed", "code": "X"})
    )
    page.select_option("#version", "label:next")
    page.locator("#start").click()
    expect(page.locator("#file-notice")).to_have_text("It failed. 3 rows are not answered yet.")
    page.unroute("**/predict")
    expect(page.locator("#start")).to_have_text("Go on with 3 rows")
    start(page, 3)


def test_another_file_takes_the_place_of_one_that_is_being_asked(page: Page) -> None:
    page.route("**/predict", lambda route: None)
    give(page, table(200))
    page.locator("#start").click()
    expect(page.locator("#stop")).to_be_visible()
    give(page, table(2))
    expect(page.locator("#start")).to_have_text("Ask about 2 rows")
    expect(page.locator("#progress-field")).to_be_hidden()
    expect(page.locator("#file-notice")).to_contain_text("2 rows, 2 columns")
    page.unroute("**/predict")
    start(page, 2)
    expect(page.locator("#start")).to_have_text("Ask again about 2 rows")
    assert len(shown(page)) == 2


def test_without_a_model_a_file_waits(page: Page) -> None:
    page.route("**/models", lambda route: route.fulfill(status=503, json={"error": "loading", "code": "X"}))
    page.reload()
    give(page, table(2))
    page.locator("#start").click()
    expect(page.locator("#file-notice")).to_have_text("No model is ready yet. Try again in a moment.")
    page.unroute("**/models")
    page.wait_for_selector("#model option", state="attached")
    start(page, 2)


def test_asking_can_be_stopped_and_gone_on_with(page: Page) -> None:
    page.route("**/predict", lambda route: None)
    give(page, table(5))
    page.locator("#start").click()
    page.locator("#stop").click()
    expect(page.locator("#file-notice")).to_have_text("Stopped. 5 rows are not answered yet.")
    page.unroute("**/predict")
    start(page, 5)


def named(page: Page) -> str:
    return page.locator("#file").evaluate("field => [...field.files].map(file => file.name).join()")


def test_the_field_names_the_file_that_is_shown(page: Page) -> None:
    give(page, "text\nOne.\nAnother.\n", "one.csv")
    expect(page.locator("#start")).to_be_visible()
    assert named(page) == "one.csv"
    start(page, 2)
    expect(page.locator("#file-notice")).to_contain_text("“one.csv”: 2 rows in")
    transfer = page.evaluate_handle(
        """() => {
            const transfer = new DataTransfer();
            transfer.items.add(new File(["text\\nTwo."], "two.csv", {type: "text/csv"}));
            return transfer;
        }"""
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})
    expect(page.locator("#file-notice")).to_contain_text("“two.csv”")
    assert named(page) == "two.csv"
    # Who opens the dialog and closes it again keeps the file.
    page.evaluate("document.querySelector('#file').value = ''")
    page.dispatch_event("#file", "cancel")
    assert named(page) == "two.csv"


def test_on_a_phone_every_column_of_the_answers_is_seen(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 760})
    give(page, table(3))
    start(page, 3)
    assert page.locator("#results .scroll").evaluate("box => box.scrollWidth <= box.clientWidth")
    look = page.get_by_role("button", name="Look at row 2").bounding_box()
    assert look["x"] + look["width"] <= 375
    first, last = (page.locator(f"#filter-{end}").bounding_box() for end in ("from", "to"))
    assert first["y"] == last["y"]
