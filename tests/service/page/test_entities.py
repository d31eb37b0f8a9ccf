"""Entities where they stand, the intent beside: answers of the contract's shape, given by the test."""

import pytest
from playwright.sync_api import Page, expect

from tests.service.page.offer import offer

pytestmark = pytest.mark.browser

TEXT = "🙂 fly from <b>boston</b> to zzyzx on monday"


def entity(value: str, name: str, confidence: float) -> dict:
    start = TEXT.index(value)
    return {
        "start": start,
        "end": start + len(value),
        "value": value,
        "entity": name,
        "confidence": confidence,
    }


ANSWER = {
    "intent": {"name": "flight", "confidence": 0.91},
    "abstained": False,
    "entities": [entity("boston", "from_city", 0.97), entity("monday", "day", 0.8)],
    "tokens": 14,
    "unknown_tokens": ["zzyzx"],
    "truncated": False,
}


@pytest.fixture
def flights(page: Page) -> Page:
    """The page of a service that has one joint model."""
    offer(page, "joint", ["flight", "fare"], ANSWER)
    return page


def test_entities_are_marked_in_place_with_the_intent_beside(flights: Page) -> None:
    flights.fill("#text", TEXT)
    expect(flights.locator(".verdict strong")).to_have_text("flight")
    expect(flights.locator(".verdict .confidence")).to_have_text("91 %")
    marks = flights.locator(".entities mark")
    expect(marks).to_have_text(["boston from_city 97 %", "monday day 80 %"])
    assert flights.locator(".entities b").count() == 0
    expect(flights.locator(".entities .unknown")).to_have_text("zzyzx")
    flights.locator(".kind").evaluate_all("all => all.forEach(one => one.remove())")
    assert flights.locator(".entities").text_content() == TEXT


def test_a_trained_joint_model_is_shown_too(page: Page, service) -> None:
    page.select_option("#model", "trips")
    text = "leave Rome on Friday 🙂"
    page.fill("#text", text)
    _, reply = service.ask("POST", "/predict", {"text": text, "model": "trips"})
    answer = reply["predictions"][0]
    expect(page.locator(".verdict strong")).to_have_text(answer["intent"]["name"])
    assert answer["entities"]
    expect(page.locator(".entities mark")).to_contain_text([one["value"] for one in answer["entities"]])
    expect(page.locator(".kind")).to_contain_text([one["entity"] for one in answer["entities"]])


def test_a_file_of_entities_is_answered_too(flights: Page) -> None:
    content = f"text\n{TEXT}\n".encode()
    flights.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": content})
    flights.locator("#start").click()
    expect(flights.locator("#results tbody td").nth(2)).to_have_text("flight")
    with flights.expect_download() as waiting:
        flights.locator("#download").click()
    assert '""entity"":""from_city""' in waiting.value.path().read_text(encoding="utf-8-sig")


def test_a_text_without_entities_says_so(page: Page) -> None:
    offer(page, "tagging", ["city"], {"entities": [], "tokens": 2, "unknown_tokens": [], "truncated": False})
    page.fill("#text", "Nothing here")
    expect(page.locator(".reading")).to_contain_text("No entity was found.")
    expect(page.locator(".verdict")).to_have_count(0)


@pytest.mark.parametrize(
    ("text", "unknown", "marked"),
    [
        ("管家帮我订票", ["帮"], ["帮"]),
        ("管家帮我订票", ["订票", "订"], ["订票"]),
        ("at 3:00 or 3", ["3:00"], ["3:00"]),
        ("I can't go", ["n't"], ["n't"]),
        ("table a (a) Ａ", ["a"], ["a", "a", "Ａ"]),
        ("🙂🙂 zz\u00adyzx zz", ["🙂", "zz\u00adyzx"], ["🙂", "🙂", "zz\u00adyzx"]),
        ("no (such", ["(", "missing"], ["("]),
    ],
)
def test_unknown_tokens_are_marked_where_they_stand(
    page: Page, text: str, unknown: list[str], marked: list[str]
) -> None:
    answer = {"entities": [], "tokens": 9, "unknown_tokens": unknown, "truncated": False}
    offer(page, "tagging", ["city"], answer)
    page.fill("#text", text)
    expect(page.locator(".entities")).to_have_text(text)
    assert page.locator(".entities .unknown").all_text_contents() == marked


def test_an_unknown_token_is_marked_inside_an_entity_too(page: Page) -> None:
    place = {"start": 3, "end": 5, "value": "订票", "entity": "deed", "confidence": 0.9}
    answer = {"entities": [place], "tokens": 6, "unknown_tokens": ["我订", "票"], "truncated": False}
    offer(page, "tagging", ["deed"], answer)
    page.fill("#text", "管家我订票")
    expect(page.locator(".entities mark .unknown")).to_have_text(["订", "票"])
    expect(page.locator(".entities > .unknown")).to_have_text("我")


def test_what_a_tagger_does_not_read_is_struck_out(page: Page) -> None:
    read = "🙂 can't, 管家 " + "x " * 35
    text = f"{read}zzyzx, the end zzyzx."
    answer = {"entities": [], "tokens": 46, "unknown_tokens": ["管"], "truncated": True}
    offer(page, "tagging", ["city"], answer)
    page.fill("#text", text)
    expect(page.locator(".entities .unread")).to_have_text("zzyzx, the end zzyzx.")
    assert page.locator(".entities").text_content() == text
    expect(page.locator(".legend")).to_have_text("new to the model not read")


def test_nothing_is_struck_out_where_the_page_cannot_tell_what_was_read(page: Page) -> None:
    # A segmenter makes other tokens than the page finds, even where it makes as many.
    answer = {"entities": [], "tokens": 72, "unknown_tokens": ["帮", "订票"], "truncated": True}
    offer(page, "tagging", ["city"], answer, segmenter="jieba")
    page.fill("#text", "管家帮我订票" * 12)
    expect(page.locator(".answer .facts")).to_contain_text("longer than the model reads: it reads 40")
    expect(page.locator(".entities .unread")).to_have_count(0)
    # One character may be a word here and a part of one there; two are hardly ever.
    assert set(page.locator(".entities .unknown").all_text_contents()) == {"订票"}
    expect(page.locator(".answer .facts")).to_contain_text("new to the model: “帮”, “订票”")


def test_the_mark_of_a_joint_model_is_explained(flights: Page) -> None:
    flights.fill("#text", TEXT)
    expect(flights.locator(".tick-mark")).to_have_count(1)
    expect(flights.locator(".answer .facts")).to_contain_text("answers from 50 % on (the mark)")
