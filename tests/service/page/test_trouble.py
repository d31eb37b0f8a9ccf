"""The service is slow, full, gone or wants a key: said in words, and the page stays usable."""

import hashlib
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.service.page.watched import Watched
from tests.service.process import Service

pytestmark = pytest.mark.browser


def error(status: int, sentence: str, **headers: str):
    return lambda route: route.fulfill(status=status, headers=headers, json={"error": sentence, "code": "X"})


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (error(413, "the body is larger than 10 bytes"), "This is more than the service takes at once."),
        (error(504, "the answer was not there in time"), "The service took too long for this."),
        (error(500, "the service failed to answer"), "The service failed to answer."),
        (lambda route: route.fulfill(status=502, body="<h1>Bad</h1>"), "The service answered 502"),
    ],
)
def test_a_refusal_is_said_in_words(page: Page, answer, sentence: str) -> None:
    page.route("**/predict", answer)
    page.fill("#text", "wonderful")
    expect(page.locator("#notice")).to_contain_text(sentence)
    page.unroute("**/predict")
    page.fill("#text", "a mess")
    page.wait_for_selector(".curve circle")
    expect(page.locator("#notice")).to_be_hidden()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (
            error(429, "full", **{"Retry-After": "1"}),
            "The service has too much to do at the moment. Trying again in 1 s.",
        ),
        (error(503, "the models are being loaded"), "The service is not ready. The models are being loaded."),
        (lambda route: route.abort(), "The service does not answer: it is stopped, or out of reach."),
    ],
)
def test_what_passes_is_waited_for(page: Page, answer, sentence: str) -> None:
    page.route("**/predict", answer)
    page.fill("#text", "wonderful")
    expect(page.locator("#notice")).to_contain_text(sentence)
    page.unroute("**/predict")
    page.wait_for_selector(".curve circle")
    expect(page.locator("#notice")).to_be_hidden()


def test_slowness_is_said(page: Page) -> None:
    page.route("**/predict", lambda route: None)
    page.fill("#text", "wonderful")
    expect(page.locator("#notice")).to_have_text("Still waiting for the service …")
    page.unroute("**/predict")
    page.fill("#text", "a mess")
    page.wait_for_selector(".curve circle")


def test_an_answer_without_its_explanation_still_stands(page: Page) -> None:
    page.route("**/explain", error(429, "full"))
    page.fill("#text", "wonderful")
    expect(page.locator(".reading")).to_contain_text("What each word does cannot be shown now.")
    expect(page.locator(".verdict strong")).not_to_be_empty()


def test_a_text_that_is_too_long_is_not_sent(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.fill("#text", "x" * 3001)
    expect(page.locator("#notice")).to_have_text(
        "This text has 3,001 characters; the service takes 3,000 at once."
    )
    assert sent == []


def test_the_page_waits_for_models(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        watched = Watched(page, urlsplit(address).netloc)
        nothing = {"default_model": None, "limits": {}, "models": []}
        page.route("**/models", lambda route: route.fulfill(json=nothing))
        page.goto(address)
        expect(page.locator("#notice")).to_contain_text("No model is ready yet.")
        page.unroute("**/models")
        page.wait_for_selector("#model option", state="attached")
        assert watched.problems == []


def test_a_key_is_asked_for_and_used(browser: Browser, models, tmp_path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"shop:{hashlib.sha256(b'the right key').hexdigest()}\n")
    with Service(models, "service", ENGINE="onnx", WORKERS=1, API_KEYS=keys) as service:
        service.wait_until_ready()
        with browser.new_context() as context:
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{service.port}/")
            expect(page.locator("#notice")).to_have_text("This service answers only with a key.")
            page.fill("#key", "a wrong one")
            page.keyboard.press("Enter")
            expect(page.locator("#notice")).to_have_text("The service does not take this key.")
            page.fill("#key", "the right key")
            page.keyboard.press("Enter")
            expect(page.locator("#key-form")).to_be_hidden()
            page.select_option("#model", "tiny")
            page.fill("#text", "wonderful")
            page.wait_for_selector(".curve circle")
            assert "the right key" not in page.locator("#curl").text_content()
            assert "$ENGRAM_KEY" in page.locator("#curl").text_content()
