"""Markup is shown as it was written and never run, wherever it comes from."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.service.page.files import give, start, written
from tests.service.page.offer import offer

pytestmark = pytest.mark.browser

# What would change the page's title, were it run, or leave an element, were it read as markup.
IMAGE = "<img src=x onerror=document.title='run'>"
SCRIPT = "<script>document.title='run'</script>"
TEXT = f"{IMAGE}{SCRIPT} wonderful </textarea></div>"
ANSWER = {
    "label": IMAGE,
    "confidence": 0.6,
    "margin": 0.2,
    "abstained": True,
    "probabilities": {IMAGE: 0.6, SCRIPT: 0.4},
    "tokens": 2,
    "unknown_tokens": [SCRIPT],
    "truncated": False,
}
EXPLANATION = {
    "label": IMAGE,
    "words": [{"start": 0, "end": len(TEXT), "word": TEXT, "effect": 0.4, "unknown": True}],
    "prefixes": [
        {"end": len(TEXT), "label": SCRIPT, "confidence": 0.6, "probabilities": ANSWER["probabilities"]}
    ],
}


@pytest.fixture(autouse=True)
def never_run(page: Page):
    yield
    assert page.title() == "Engram"
    assert page.locator("img, body script, [onerror]").count() == 0


def test_in_a_text_that_a_real_model_answers(page: Page) -> None:
    page.fill("#text", TEXT)
    page.wait_for_selector(".curve circle")
    assert page.locator(".words").inner_text() == TEXT
    page.locator(".words [role=option]").first.hover()
    page.locator("summary").click()
    expect(page.locator("#curl")).to_contain_text("<img src=x onerror=document.title=")
    expect(page.locator("#python")).to_contain_text(IMAGE)


def test_in_labels_words_and_examples(page: Page) -> None:
    offer(page, "classification", [IMAGE, SCRIPT], ANSWER, EXPLANATION, feedback=True, examples=[TEXT])
    page.locator("#examples button").click()
    page.wait_for_selector(".curve circle")
    expect(page.locator(".verdict strong")).to_have_text(IMAGE)
    expect(page.locator(".bars .name").nth(1)).to_have_attribute("title", SCRIPT)
    expect(page.locator(".answer > div > .facts").first).to_contain_text("new to the model: “<script>")
    word = page.locator(".words [role=option]")
    word.hover()
    expect(page.locator(".detail")).to_have_text(
        f"{TEXT}: speaks for “{IMAGE}” by 40 points; new to the model; read up to here: {SCRIPT}, 60 %."
    )
    expect(page.locator("figcaption")).to_contain_text(IMAGE[:20])
    page.get_by_role("button", name="Wrong").click()
    expect(page.get_by_label("It should be").locator("option")).to_have_text([SCRIPT])


def test_in_intents_and_entities(page: Page) -> None:
    entity = {"start": 0, "end": len(IMAGE), "value": IMAGE, "entity": SCRIPT, "confidence": 0.9}
    answer = {
        "intent": {"name": IMAGE, "confidence": 0.9},
        "abstained": False,
        "entities": [entity],
        "tokens": 2,
        "unknown_tokens": [],
        "truncated": False,
    }
    offer(page, "joint", [IMAGE], answer)
    page.fill("#text", TEXT)
    expect(page.locator(".verdict strong")).to_have_text(IMAGE)
    expect(page.locator(".entities mark")).to_have_text(f"{IMAGE} {SCRIPT} 90 %")


def test_in_what_the_service_refuses(page: Page) -> None:
    refusal = {"error": IMAGE, "code": SCRIPT}
    page.route("**/predict", lambda route: route.fulfill(status=400, json=refusal))
    page.fill("#text", "wonderful")
    expect(page.locator("#notice")).to_contain_text(IMAGE)
    give(page, written([["text"], ["one"]]))
    start(page, 1)
    expect(page.locator("#results tbody td").nth(2)).to_contain_text(IMAGE)
    page.unroute("**/predict")


def test_in_a_file_its_name_its_columns_and_its_answers(page: Page) -> None:
    offer(page, "classification", [IMAGE, SCRIPT], ANSWER, EXPLANATION)
    # A name of a file holds no slash.
    name = f"{IMAGE}<b>"
    give(page, written([["id", IMAGE, "text"], ["1", SCRIPT, TEXT]]), f"{name}.csv")
    expect(page.locator("#file-notice")).to_contain_text(f"“{name}.csv”: 1 row, 3 columns.")
    expect(page.locator("#column option").nth(1)).to_have_text(IMAGE)
    start(page, 1)
    cells = page.locator("#results tbody td")
    expect(cells.nth(1)).to_have_text(TEXT)
    expect(cells.nth(2)).to_have_text(f"{IMAGE} not sure")
    expect(page.locator("#filter-label option").nth(1)).to_have_text(f"{IMAGE} (1)")
    with page.expect_download() as waiting:
        page.locator("#download").click()
    assert IMAGE in Path(waiting.value.path()).read_text(encoding="utf-8-sig")
