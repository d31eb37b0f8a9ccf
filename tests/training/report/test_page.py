"""The page in Chromium: for everybody, on every screen, on paper, and without JavaScript."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.chromium import chromium
from tests.training.report.tagged import tagged_material
from training.report.render import render_report
from training.report.tagging import render_tagging_report

pytestmark = pytest.mark.browser

CASES: dict[str, dict[str, Any]] = {
    "Chinese": {
        "labels": ("负面", "正面"),
        "texts": ["这部电影真的不怎么好看。"] * 300,
        "slices": ("source=x", "source=y"),
        "noise": 4.0,
    },
    "many labels": {"labels": [f"a label, the number {i}" for i in range(18)], "rows": 400, "noise": 3.0},
    "multilabel": {"task": "multilabel", "labels": ("rude", "spam", "toxic"), "noise": 4.0},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def show(
    browser: Browser, make_material: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Page]]:
    """Opens the report of a case, with scripts forbidden unless they are asked for."""
    folder, pages = tmp_path_factory.mktemp("reports"), []

    def opened(case: str, *, scripts: bool = False, **options: Any) -> Page:
        path = Path(folder / f"{case}.html")
        if not path.exists():
            html = (
                render_tagging_report(tagged_material(make_material, joint=True))
                if case == "joint"
                else render_report(make_material(**CASES[case]))
            )
            path.write_text(html, encoding="utf-8")
        page = browser.new_context(java_script_enabled=scripts, **options).new_page()
        pages.append(page)
        page.goto(path.as_uri())
        return page

    yield opened
    for page in pages:
        page.context.close()


@pytest.mark.parametrize(
    ("case", "scheme", "width"),
    [("Chinese", "light", 1100), ("multilabel", "dark", 375), ("joint", "light", 375)],
)
def test_axe_finds_nothing(case: str, scheme: str, width: int, show: Callable[..., Page]) -> None:
    page = show(case, scripts=True, color_scheme=scheme, viewport={"width": width, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    report = Axe().run(page).response
    assert "color-contrast" in {rule["id"] for rule in report["passes"]}
    found = report["violations"]
    assert [(one["id"], one["impact"], [node["html"] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize("case", [*CASES, "joint"])
def test_nothing_is_wider_than_a_phone(case: str, show: Callable[..., Page]) -> None:
    page = show(case, scripts=True, viewport={"width": 375, "height": 760})
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_a_number_of_the_confusion_matrix_opens_its_examples_without_scripts(
    show: Callable[..., Page],
) -> None:
    page = show("Chinese")
    examples = page.locator("#cell-0-1")
    assert not examples.is_visible()
    page.locator(".confusion a[href='#cell-0-1']").click()
    examples.wait_for(state="visible")
    assert examples.locator("li").count() == 3
    assert not page.locator("#cell-1-0").is_visible()


def test_paper_shows_the_examples_on_white_in_any_scheme(show: Callable[..., Page]) -> None:
    page = show("many labels", scripts=True, color_scheme="dark", viewport={"width": 720, "height": 1000})
    colour = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(colour) == "rgb(21, 25, 29)"
    page.emulate_media(media="print")
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    assert page.locator(".cell ol").first.is_visible()
    assert not page.locator("nav").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
