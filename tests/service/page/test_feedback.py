"""Saying on the page whether an answer is right, by pointer and by keyboard."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.service.page.offer import offer
from tests.service.page.test_labels import ANSWER, LABELS

pytestmark = pytest.mark.browser


def written(told: Path) -> list[dict]:
    path = told / "tiny.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def ask(page: Page, text: str) -> str:
    """The label answered."""
    page.fill("#text", text)
    page.wait_for_selector(".reading[aria-busy=false] .curve circle")
    expect(page.locator(".words")).to_have_text(text)
    return page.locator(".verdict strong").inner_text()


def test_a_right_answer_is_written_down(page: Page, told: Path) -> None:
    before = written(told)
    label = ask(page, "The story was right & wonderful.")
    page.get_by_role("button", name="Right").click()
    expect(page.locator(".said")).to_have_text(f"Thank you. It is written down as “{label}”.")
    expect(page.get_by_role("button", name="Right")).to_be_hidden()
    (row,) = written(told)[len(before) :]
    assert (row["text"], row["label"], row["answered"]) == ("The story was right & wonderful.", label, label)
    # The next answer is asked about anew.
    ask(page, "The script was a mess.")
    expect(page.get_by_role("button", name="Right")).to_be_visible()
    expect(page.locator(".said")).to_be_hidden()


def test_a_wrong_answer_is_corrected_with_the_keyboard_alone(page: Page, told: Path) -> None:
    before = written(told)
    label = ask(page, "The <b>script</b> was wrong.")
    other = {"negative": "positive", "positive": "negative"}[label]
    page.get_by_role("button", name="Wrong").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("It should be")).to_be_focused()
    assert page.get_by_label("It should be").locator("option").all_inner_texts() == [other]
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_be_focused()
    (row,) = written(told)[len(before) :]
    assert (row["text"], row["label"], row["answered"]) == ("The <b>script</b> was wrong.", other, label)


def test_thinking_better_of_it_writes_nothing(page: Page, told: Path) -> None:
    before = written(told)
    ask(page, "The story was a mess.")
    page.get_by_role("button", name="Wrong").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_label("It should be")).to_be_hidden()
    expect(page.get_by_role("button", name="Wrong")).to_be_focused()
    assert written(told) == before


def test_each_of_two_versions_is_judged_for_itself(page: Page, told: Path) -> None:
    before = written(told)
    page.select_option("#version", "version:1")
    page.select_option("#other", "version:2")
    page.fill("#text", "The acting was clever.")
    expect(page.get_by_role("button", name="Right")).to_have_count(2)
    page.get_by_role("button", name="Right").last.click()
    expect(page.locator(".said").last).to_contain_text("Thank you.")
    expect(page.locator(".said").first).to_be_hidden()
    (row,) = written(told)[len(before) :]
    assert row["version"] == 2


def test_a_refusal_is_said_and_can_be_tried_again(page: Page, told: Path) -> None:
    before = written(told)
    ask(page, "The story was refused.")
    body = {"error": "that was answered more than 10 s ago", "code": "ANSWER_EXPIRED"}
    page.route("**/feedback", lambda route: route.fulfill(status=410, json=body))
    page.get_by_role("button", name="Right").click()
    expect(page.locator(".said")).to_have_text("That was answered more than 10 s ago.")
    page.unroute("**/feedback")
    page.get_by_role("button", name="Right").click()
    expect(page.locator(".said")).to_contain_text("Thank you.")
    assert len(written(told)) == len(before) + 1


def test_an_answer_to_another_text_is_not_judged(page: Page) -> None:
    ask(page, "The story was new.")
    right = page.get_by_role("button", name="Right")
    page.route("**/predict", lambda route: route.abort())
    page.fill("#text", "The story was changed while nobody answered.")
    expect(page.locator("#notice")).to_contain_text("The service does not answer")
    right.focus()
    expect(right).not_to_be_focused()
    page.unroute("**/predict")
    expect(page.locator("#notice")).to_be_hidden()
    right.focus()
    expect(right).to_be_focused()


def test_of_several_labels_those_that_apply_are_ticked(page: Page) -> None:
    offer(page, "multilabel", LABELS, ANSWER, feedback=True)
    sent: list[dict] = []

    def take(route) -> None:
        sent.append(route.request.post_data_json)
        route.fulfill(json={"new": True})

    page.route("**/feedback", take)
    page.fill("#text", "Two words")
    page.get_by_role("button", name="Wrong").click()
    group = page.get_by_role("group", name="What should apply")
    ticked = group.locator("input:checked").evaluate_all("all => all.map(({ value }) => value)")
    assert ticked == [LABELS[0], LABELS[3]]
    group.get_by_label(LABELS[0], exact=True).uncheck()
    group.get_by_label(LABELS[7], exact=True).check()
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".said")).to_have_text(
        f"Thank you. It is written down as “{LABELS[3]}”, “{LABELS[7]}”."
    )
    assert sent == [{"request_id": "made-id", "labels": [LABELS[3], LABELS[7]]}]


def test_nothing_is_asked_where_nothing_can_be_told(page: Page) -> None:
    page.fill("#text", "  ")
    expect(page.locator(".doubt")).to_contain_text("no word")
    expect(page.locator(".feedback")).to_have_count(0)
    page.select_option("#model", "trips")
    page.fill("#text", "Fly to Rome")
    expect(page.locator(".facts").first).to_be_visible()
    expect(page.locator(".feedback")).to_have_count(0)
    offer(page, "multilabel", LABELS, ANSWER, feedback=False)
    page.fill("#text", "Two words")
    expect(page.locator(".verdict")).to_be_visible()
    expect(page.locator(".feedback")).to_have_count(0)
