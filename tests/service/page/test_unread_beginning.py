"""A tagger that reads the end of a long text: nothing of that end is struck out."""

import pytest
from playwright.sync_api import Page, expect

from tests.service.page.offer import offer

pytestmark = pytest.mark.browser


def test_the_end_that_a_tagger_reads_is_not_struck_out_and_keeps_its_entities(page: Page) -> None:
    text = "x " * 45 + "boston"
    city = {"start": 90, "end": 96, "value": "boston", "entity": "city", "confidence": 0.9}
    answer = {"entities": [city], "tokens": 46, "unknown_tokens": [], "truncated": True}
    offer(page, "tagging", ["city"], answer, truncate="tail")
    page.fill("#text", text)
    expect(page.locator(".answer .facts")).to_contain_text(
        "longer than the model reads: it reads the last 40 of them"
    )
    expect(page.locator(".entities mark")).to_contain_text("boston")
    expect(page.locator(".entities .unread")).to_have_count(0)
