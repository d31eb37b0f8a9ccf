"""Everybody can use the page: no serious finding of axe, the keyboard alone, dark, and a phone's width."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

WIDTHS = [(375, 760), (1100, 900)]


def fill(page: Page) -> None:
    """Shows all there is: two versions, words, curves, code, a table."""
    page.select_option("#other", "version:2")
    page.fill("#text", "The zzyzx story was wonderful. " * 9)
    expect(page.locator(".curve")).to_have_count(2)
    page.locator("summary").click()
    rows = b"text\n" + b"".join(b"The story, number %d, was a mess.\n" % n for n in range(60))
    page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": rows})
    page.locator("#start").click()
    expect(page.locator("#place")).to_have_text("1 to 50")
    page.locator(".words [role=option]").nth(2).hover()
    page.get_by_role("button", name="Wrong").first.click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_axe_finds_nothing(page: Page, scheme: str, width: int, height: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": height})
    fill(page)
    report = Axe().run(page).response
    assert "color-contrast" in {rule["id"] for rule in report["passes"]}
    found = report["violations"]
    assert [(one["id"], one["impact"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_nothing_is_wider_than_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 760})
    fill(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_the_keyboard_reaches_everything(page: Page) -> None:
    fill(page)
    page.locator("nav a").first.focus()
    reached = []
    for _ in range(120):
        name = page.evaluate(
            "(({ id, className, tagName }) => id || className || tagName)(document.activeElement)"
        )
        if name == "BODY":
            break
        reached.append(name)
        page.keyboard.press("Tab")
    wanted = {
        "model",
        "version",
        "other",
        "text",
        "file",
        "start",
        "filter-label",
        "download",
        "order",
        "column",
    }
    assert wanted <= set(reached)
    # The words of a version are one stop, however many they are.
    assert sum(name.startswith("word ") for name in reached) == 2


def test_dark_is_dark(page: Page) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    assert page.evaluate(colour) == "rgb(246, 247, 249)"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(colour) == "rgb(20, 23, 27)"
