"""Code that asks the same: it runs, and it is copied wherever a browser lets a page copy, and however."""

import json
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.service.page.watched import Watched

pytestmark = pytest.mark.browser

# A page that came over plain HTTP from another machine has no navigator.clipboard.
ELSEWHERE = "http://engram.test/"


def show_code(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.wait_for_selector(".reading[aria-busy=false] .curve circle")
    page.locator("summary").click()


def copy(page: Page, language: str) -> None:
    page.get_by_role("button", name=f"Copy as {language}").click()


def pasted(page: Page) -> str:
    """What is in the clipboard, as anybody finds out."""
    page.fill("#text", "")
    page.focus("#text")
    page.keyboard.press("Control+V")
    return page.input_value("#text")


def test_the_copied_code_asks_the_same(page: Page, service) -> None:
    text = 'It\'s a "mess" -- $HOME `date` \\ 好\nsecond line'
    show_code(page, text)
    _, expected = service.ask("POST", "/predict", {"text": text, "model": "tiny"})
    curl = page.locator("#curl").inner_text()
    done = subprocess.run(["bash", "-c", curl + " --silent"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == expected
    python = page.locator("#python").inner_text()
    done = subprocess.run([sys.executable, "-c", python], capture_output=True, text=True, check=True)
    assert f"label='{expected['predictions'][0]['label']}'" in done.stdout


@pytest.mark.parametrize("language", ["curl", "Python"])
def test_a_click_copies_the_code(page: Page, language: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    show_code(page, f"copied as {language}")
    copy(page, language)
    expect(page.locator("#copied")).to_have_text("Copied.")
    code = page.locator(f"#{language.lower()}").inner_text()
    assert f"copied as {language}" in code
    assert page.evaluate("navigator.clipboard.readText()") == code


def test_without_permission_the_code_is_copied_as_marked_text(page: Page) -> None:
    page.context.grant_permissions([])
    assert page.evaluate(
        "navigator.permissions.query({name: 'clipboard-write'}).then(({ state }) => state)"
    ) == ("denied")
    show_code(page, "copied without permission")
    code = page.locator("#python").inner_text()
    copy(page, "Python")
    expect(page.locator("#copied")).to_have_text("Copied.")
    expect(page.get_by_role("button", name="Copy as Python")).to_be_focused()
    assert pasted(page) == code


def test_over_plain_http_from_another_machine_code_is_copied_too(browser: Browser, address: str) -> None:
    def serve(route: Route) -> None:
        url = route.request.url.replace(ELSEWHERE, address)
        route.fulfill(response=route.fetch(url=url))

    with browser.new_context() as context:
        page = context.new_page()
        watched = Watched(page, urlsplit(ELSEWHERE).netloc)
        page.route(f"{ELSEWHERE}**", serve)
        page.goto(ELSEWHERE)
        assert page.evaluate("[isSecureContext, typeof navigator.clipboard]") == [False, "undefined"]
        page.wait_for_selector("#model option", state="attached")
        page.select_option("#model", "tiny")
        show_code(page, "copied over plain HTTP")
        code = page.locator("#curl").inner_text()
        copy(page, "curl")
        expect(page.locator("#copied")).to_have_text("Copied.")
        assert pasted(page) == code
        assert watched.problems == []


def test_where_the_browser_refuses_all_of_it_that_is_said(page: Page) -> None:
    page.context.grant_permissions([])
    page.evaluate("document.execCommand = () => false")
    show_code(page, "not copied")
    copy(page, "Python")
    expect(page.locator("#copied")).to_contain_text("mark the text and copy it yourself")
    assert page.locator("body > textarea").count() == 0
