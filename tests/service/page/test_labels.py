"""Several labels a text, and more labels than a person reads."""

import pytest
from playwright.sync_api import Page, expect

from tests.service.page.offer import offer

pytestmark = pytest.mark.browser

LABELS = [f"label {n}" for n in range(12)]


def probabilities(best: int) -> dict[str, float]:
    shares = {label: 0.3 / (place + 1) for place, label in enumerate(LABELS)} | {LABELS[best]: 0.9}
    return dict(sorted(shares.items(), key=lambda pair: -pair[1]))


ANSWER = {
    "label": LABELS[3],
    "confidence": 0.9,
    "margin": 0.6,
    "abstained": False,
    "labels": [{"label": LABELS[3], "confidence": 0.9}, {"label": LABELS[0], "confidence": 0.3}],
    "probabilities": probabilities(3),
    "tokens": 2,
    "unknown_tokens": [],
    "truncated": False,
}
EXPLANATION = {
    "label": LABELS[3],
    "words": [
        {"start": 0, "end": 3, "word": "Two", "effect": 0.4, "unknown": False},
        {"start": 4, "end": 9, "word": "words", "effect": -0.1, "unknown": False},
    ],
    "prefixes": [
        {"end": 3, "label": LABELS[0], "confidence": 0.9, "probabilities": probabilities(0)},
        {"end": 9, "label": LABELS[3], "confidence": 0.9, "probabilities": probabilities(3)},
    ],
}


@pytest.fixture
def asked(page: Page) -> Page:
    offer(page, "multilabel", LABELS, ANSWER, EXPLANATION)
    page.fill("#text", "Two words")
    page.wait_for_selector(".curve circle")
    return page


def test_the_labels_that_apply_are_the_answer(asked: Page) -> None:
    expect(asked.locator(".verdict strong")).to_have_text("label 3, label 0")
    assert asked.locator(".bars .name").all_inner_texts()[:2] == ["label 3 ✓", "label 0 ✓"]


def test_of_many_labels_the_most_probable_are_listed_and_drawn(asked: Page) -> None:
    assert asked.locator(".bars li").count() == 8
    expect(asked.locator(".answer")).to_contain_text("and 4 less probable labels")
    assert asked.locator("figcaption .key").all_inner_texts() == ["label 3", "label 0", "label 1"]
    ends = [asked.locator(f".line-{n} > circle").nth(1).get_attribute("cy") for n in range(3)]
    assert [float(end) for end in ends] == pytest.approx([150 - 140 * p for p in (0.9, 0.3, 0.15)], abs=0.01)


def test_a_word_against_the_answer_looks_and_reads_otherwise(asked: Page) -> None:
    first, second = asked.locator(".words [role=option]").all()
    assert first.get_attribute("class") == "word for"
    assert second.get_attribute("class") == "word against"
    assert second.get_attribute("aria-label") == (
        "words: speaks against “label 3” by 10 points; read up to here: label 3, 90 %"
    )


def test_shares_near_nothing_and_near_all_are_said_alike(page: Page) -> None:
    shares = {"a": 0.9999, "b": 0.996, "c": 0.5, "d": 0.004, "e": 0.0001, "f": 0.0}
    offer(page, "classification", list(shares), ANSWER | {"labels": None, "probabilities": shares})
    page.fill("#text", "Two words")
    expected = [">99.9 %", "99.6 %", "50 %", "0.4 %", "<0.1 %", "0 %"]
    expect(page.locator(".bars .share")).to_have_text(expected)


def test_a_multilabel_answer_tells_of_no_mark(asked: Page) -> None:
    expect(asked.locator(".tick-mark")).to_have_count(0)
    expect(asked.locator(".answer > div > .facts").last).not_to_contain_text("mark")


def test_an_answer_that_no_word_changes_says_why_it_has_no_colour(page: Page) -> None:
    offer(page, "multilabel", LABELS, ANSWER, EXPLANATION)
    page.fill("#text", "Two words")
    page.wait_for_selector(".curve circle")
    expect(page.locator(".faint")).to_have_count(0)
    words = [word | {"effect": word["effect"] / 100} for word in EXPLANATION["words"]]
    offer(page, "multilabel", LABELS, ANSWER, EXPLANATION | {"words": words})
    page.fill("#text", "Two words")
    expect(page.locator(".faint")).to_contain_text("No word changes the answer by 5 points")
