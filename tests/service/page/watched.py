"""A page that is watched."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request


class Watched:
    """What a page must not do: complain, or ask another host."""

    def __init__(self, page: Page, host: str) -> None:
        self.problems: list[str] = []
        self._host = host
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # A refusal of the service is no fault of the page, though the browser notes each.
        refused = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not refused:
            self.problems.append(message.text)

    def _request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob") and url.netloc != self._host:
            self.problems.append(f"asked {request.url}")


@contextmanager
def opened(browser: Browser, address: str, **context: Any) -> Iterator[Page]:
    """The page of a service with a model chosen, ``tiny``; whatever goes wrong in it fails the test."""
    with browser.new_context(**context) as made:
        page = made.new_page()
        page.set_default_timeout(15_000)
        watched = Watched(page, urlsplit(address).netloc)
        page.goto(address)
        page.wait_for_selector("#model option", state="attached")
        page.select_option("#model", "tiny")
        yield page
        assert watched.problems == []
