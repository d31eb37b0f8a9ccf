"""The built site, opened from the file system as after ``make docs``."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.chromium import chromium

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.browser
def test_search_answers_without_a_server(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="make docs installs it")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    asked: list[str] = []
    problems: list[str] = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1300, "height": 900})
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto((tmp_path / "decisions" / "0001-the-artifact-is-the-contract.html").as_uri())
        page.fill(".md-search__input", "calibration error")
        first = page.locator(".md-search-result__link").first
        limit = time.monotonic() + 60
        while not first.is_visible() and time.monotonic() < limit:
            # What was typed before the page's scripts ran is only read with the next key.
            page.press(".md-search__input", "End")
            page.wait_for_timeout(200)
        expect(first).to_contain_text("calibration")
        first.click()
        expect(page.locator("h1")).to_be_visible()
    assert [address for address in asked if not address.startswith("file:")] == []
    assert problems == []
