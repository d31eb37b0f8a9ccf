"""How strongly words are coloured, by effects that the test makes up."""

import pytest
from playwright.sync_api import Page

from tests.service.page.offer import offer

pytestmark = pytest.mark.browser

ANSWER = {
    "label": "good",
    "confidence": 0.9,
    "margin": 0.8,
    "abstained": False,
    "probabilities": {"good": 0.9, "bad": 0.1},
    "tokens": 4,
    "unknown_tokens": [],
    "truncated": False,
}


def strengths(page: Page, effects: dict[str, float]) -> list[int]:
    """How much of its colour each word of a text has, in percent."""
    text = " ".join(effects)
    words = []
    for word, effect in effects.items():
        start = text.index(word)
        words.append({"start": start, "end": start + len(word), "word": word, "effect": effect})
    prefixes = [
        {"end": word["end"], "label": "good", "confidence": 0.9, "probabilities": ANSWER["probabilities"]}
        for word in words
    ]
    offer(
        page,
        "classification",
        ["good", "bad"],
        ANSWER,
        {"label": "good", "words": words, "prefixes": prefixes},
    )
    page.fill("#text", text)
    page.wait_for_selector(".reading[aria-busy=false] .curve")
    styles = page.locator(".words [role=option]").evaluate_all(
        "all => all.map(one => parseInt(one.style.getPropertyValue('--strength')))"
    )
    return styles


def test_the_strongest_word_has_most_colour_and_noise_has_hardly_any(page: Page) -> None:
    assert strengths(page, {"wonderful": 0.8, "slow": -0.4, "the": 0.008}) == [55, 28, 3]


def test_an_effect_that_counts_is_seen_beside_one_that_is_much_stronger(page: Page) -> None:
    assert strengths(page, {"wonderful": 0.8, "slow": -0.06, "old": -0.04}) == [55, 18, 14]


def test_where_no_effect_counts_all_colours_are_faint(page: Page) -> None:
    assert strengths(page, {"wonderful": 0.04, "slow": -0.01}) == [14, 4]
