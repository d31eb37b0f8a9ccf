"""A real service that is down, slow, or takes no more: said in words, and the page goes on by itself."""

import os
import signal
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.service.page.files import give, shown, start, table, written
from tests.service.page.watched import opened
from tests.service.process import Service

pytestmark = pytest.mark.browser

GONE = "The service does not answer: it is stopped, or out of reach."
BUSY = "The service has too much to do at the moment."
TOO_MUCH = "This is more than the service takes at once."


def serve(models: Path, **settings: object) -> Service:
    return Service(models, "service", ENGINE="onnx", WORKERS=1, **settings).wait_until_ready()


def page_of(browser: Browser, service: Service) -> AbstractContextManager[Page]:
    return opened(browser, f"http://127.0.0.1:{service.port}/")


def ask(page: Page, text: str) -> None:
    page.fill("#text", text)
    expect(page.locator(".words")).to_have_text(text, timeout=15_000)
    expect(page.locator("#notice")).to_be_hidden()


def test_a_service_that_is_gone_is_waited_for(browser: Browser, models: Path) -> None:
    with serve(models) as service, page_of(browser, service) as page:
        ask(page, "The story was wonderful.")
        give(page, table(3))
        os.killpg(service.process.pid, signal.SIGKILL)
        service.process.wait()
        page.fill("#text", "The script was a mess.")
        expect(page.locator("#notice")).to_contain_text(GONE)
        page.locator("#start").click()
        expect(page.locator("#file-notice")).to_contain_text(GONE)
        with serve(models, PORT=service.port):
            expect(page.locator(".words")).to_have_text("The script was a mess.", timeout=30_000)
            expect(page.locator("#notice")).to_be_hidden()
            expect(page.locator("#file-notice")).to_contain_text("3 rows in", timeout=30_000)
            assert len(shown(page)) == 3


def test_a_service_that_is_slow_is_waited_for(page: Page, service: Service) -> None:
    ask(page, "The story was wonderful.")
    give(page, table(3))
    workers = service.workers()
    try:
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        page.fill("#text", "The script was a mess.")
        page.locator("#start").click()
        expect(page.locator("#notice")).to_have_text("Still waiting for the service …")
        expect(page.locator("#stop")).to_be_visible()
        # Nothing on the page stands still with it.
        page.locator("summary").click()
        expect(page.locator("#curl")).to_contain_text("The script was a mess.")
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGCONT)
    expect(page.locator(".words")).to_have_text("The script was a mess.")
    expect(page.locator("#notice")).to_be_hidden()
    expect(page.locator("#file-notice")).to_contain_text("3 rows in")


def test_a_service_that_lets_few_requests_through_is_asked_at_its_pace(
    browser: Browser, models: Path
) -> None:
    with serve(models, RATE_LIMIT=2) as service, page_of(browser, service) as page:
        refused: list[str] = []
        page.on("response", lambda reply: reply.status == 429 and refused.append(urlsplit(reply.url).path))
        give(page, table(200))
        page.locator("#start").click()
        expect(page.locator("#file-notice")).to_contain_text(f"{BUSY} Trying again in 1 s.")
        # Somebody types meanwhile.
        page.fill("#text", "The script was a mess.")
        expect(page.locator(".verdict strong")).to_be_visible(timeout=30_000)
        expect(page.locator("#file-notice")).to_contain_text("200 rows in", timeout=30_000)
        expect(page.locator("#shown")).to_have_text("200 of 200 rows")
        assert "/predict" in refused


def test_a_body_that_is_too_large_is_said_in_words(browser: Browser, models: Path) -> None:
    with serve(models, MAX_BODY=2048) as service, page_of(browser, service) as page:
        page.fill("#text", "wonderful " * 300)
        expect(page.locator("#notice")).to_contain_text(TOO_MUCH)
        expect(page.locator(".answer")).to_have_count(0)
        ask(page, "The story was wonderful.")
        give(page, written([["text"], ["A mess."], ["wonderful " * 300], ["A clever story."]]))
        start(page, 3)
        rows = shown(page)
        assert rows[1][2].startswith(TOO_MUCH)
        assert [row[3] != "" for row in rows] == [True, False, True]
