"""The answers to a file: filtered, ordered, a page at a time. What is left is compared with the service."""

import pytest
from playwright.sync_api import Page, expect

from tests.service.page.files import answers, downloaded, give, reviews, shown, start, table, written

pytestmark = pytest.mark.browser

WITHOUT_ANSWER = {"121": "no text", "122": "longer than 3,000 characters"}


@pytest.fixture
def known(page: Page, service) -> dict[str, dict]:
    """The answers to a file that is shown, each by the number of its row; two more rows have none."""
    texts = reviews()
    rows = [[str(number), text] for number, text in enumerate([*texts, " ", "x" * 3001], 1)]
    give(page, written([["id", "text"], *rows]))
    start(page, 122)
    expect(page.locator("#shown")).to_have_text("122 of 122 rows")
    return {str(number): answer for number, answer in enumerate(answers(service, texts, model="tiny"), 1)}


def left(page: Page) -> list[str]:
    """The rows that the filters leave, on all pages, in their order: the download holds the same."""
    return [row["id"] for row in downloaded(page)]


def share(answer: dict) -> int:
    return round(100 * answer["confidence"])


def test_filters_and_order_choose_the_rows_that_are_shown_and_downloaded(page: Page) -> None:
    give(page, table(120))
    start(page, 120)
    assert len(shown(page)) == 50
    page.locator("#next").click()
    assert shown(page)[0][0] == "51"
    label = page.locator("#filter-label option").nth(1)
    page.select_option("#filter-label", label.get_attribute("value"))
    name = label.get_attribute("value").removeprefix("is:")
    assert {row[2].split("\n")[0].removesuffix(" not sure") for row in shown(page)} == {name}
    page.select_option("#order", "least")
    shares = [int(row[3].split()[0]) for row in shown(page)]
    assert shares == sorted(shares)
    middle = shares[len(shares) // 2]
    page.fill("#filter-from", str(middle))
    assert min(int(row[3].split()[0]) for row in shown(page)) >= middle
    rows = downloaded(page)
    expect(page.locator("#shown")).to_have_text(f"{len(rows)} of 120 rows")
    assert {row["answer"] for row in rows} == {name}
    assert 0 < len(rows) < 120


def test_only_the_rows_where_the_model_is_not_sure_are_left(page: Page, known: dict[str, dict]) -> None:
    unsure = [number for number, answer in known.items() if answer["abstained"]]
    assert 0 < len(unsure) < 50
    page.get_by_label("only where the model is not sure").check()
    rows = shown(page)
    assert [row[0] for row in rows] == left(page) == unsure
    assert all(row[2] == f"{known[row[0]]['label']} not sure" for row in rows)
    expect(page.locator("#shown")).to_have_text(f"{len(unsure)} of 122 rows")
    page.get_by_label("only where the model is not sure").uncheck()
    expect(page.locator("#shown")).to_have_text("122 of 122 rows")


def test_confidence_has_an_upper_limit_too(page: Page, known: dict[str, dict]) -> None:
    shares = sorted(map(share, known.values()))
    lowest, middle = shares[10], shares[60]
    assert lowest < middle < shares[-1]
    page.get_by_role("spinbutton", name="Confidence up to %").fill(str(middle))
    # A row without an answer has no confidence that could be within the limit.
    assert left(page) == [number for number, answer in known.items() if share(answer) <= middle]
    page.get_by_role("spinbutton", name="Confidence from %").fill(str(lowest))
    assert left(page) == [number for number, answer in known.items() if lowest <= share(answer) <= middle]
    page.locator("#filter-to").fill("")
    assert left(page) == [number for number, answer in known.items() if lowest <= share(answer)]


def test_the_surest_come_first_and_those_without_an_answer_last(page: Page, known: dict[str, dict]) -> None:
    page.get_by_label("Order").select_option("surest first")
    numbers = left(page)
    assert sorted(numbers, key=int) == [*known, *WITHOUT_ANSWER]
    sure = [known[number]["confidence"] for number in numbers[:120]]
    assert sure == sorted(sure, reverse=True)
    assert [row[0] for row in shown(page)] == numbers[:50]
    page.get_by_label("Order").select_option("as in the file")
    assert left(page) == [*known, *WITHOUT_ANSWER]


def test_the_rows_without_an_answer_can_be_looked_at(page: Page, known: dict[str, dict]) -> None:
    page.locator("#filter-label").select_option("without an answer (2)")
    rows = shown(page)
    assert {row[0]: row[2] for row in rows} == WITHOUT_ANSWER
    assert [row["problem"] for row in downloaded(page)] == list(WITHOUT_ANSWER.values())
    expect(page.get_by_role("button", name="Look at row")).to_have_count(0)
    page.locator("#filter-label").select_option("all")
    assert left(page) == [*known, *WITHOUT_ANSWER]


def test_pages_are_turned_to_and_fro(page: Page, known: dict[str, dict]) -> None:
    before, after = (page.get_by_role("button", name=name) for name in ("Previous", "Next"))
    expect(before).to_be_disabled()
    for place in ("51 to 100", "101 to 122"):
        after.click()
        expect(page.locator("#place")).to_have_text(place)
    expect(after).to_be_disabled()
    for place in ("51 to 100", "1 to 50"):
        before.click()
        expect(page.locator("#place")).to_have_text(place)
        first, last = place.split(" to ")
        numbers = [row[0] for row in shown(page)]
        assert numbers == [str(number) for number in range(int(first), int(last) + 1)]
    expect(before).to_be_disabled()
    expect(after).to_be_enabled()


def test_a_filter_turns_back_to_the_first_page(page: Page, known: dict[str, dict]) -> None:
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Order").select_option("least sure first")
    expect(page.locator("#place")).to_have_text("1 to 50")
    page.locator("#filter-from").fill("100")
    page.locator("#filter-to").fill("0")
    expect(page.locator("#shown")).to_have_text("0 of 122 rows")
    assert shown(page) == []
    expect(page.get_by_role("button", name="Download 0 rows")).to_be_disabled()
