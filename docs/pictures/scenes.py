"""What stands on each picture: which page, what is typed, which part of it is kept."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from examples.shown import MIXED, NEUTRAL, SHORT

DESKTOP, PHONE = 900, 375
ASK = "section[aria-labelledby=ask-title]"
ENGLISH, CHINESE = "not bad at all, in fact wonderful", "不怎么好看"
_ROWS = (
    "A warm, funny film.",
    "The plot makes no sense and the acting is wooden.",
    "I expected more of this director.",
    SHORT,
    "Two hours that I will not get back.",
    "The music alone is worth the ticket.",
    NEUTRAL,
    "Brilliant, moving and far too short.",
)
_CSV = "id,review\n" + "".join(f'{number},"{text}"\n' for number, text in enumerate(_ROWS, 1))


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture of the page of a service.

    Attributes:
        model: the model that is chosen.
        act: what a person does then.
        part: the element that is kept.
        width: of the window, in CSS pixels.
        dark: in the dark colours.
        scale: pixels of the picture to a CSS pixel.
        chinese: needs a font for it.
    """

    model: str
    act: Callable[[Page], None]
    part: str = ASK
    width: int = DESKTOP
    dark: bool = False
    scale: float = 1.0
    chinese: bool = False


def ask(text: str, word: str | None = None) -> Callable[[Page], None]:
    """Types a text, waits for answer and curve, and points at ``word``, if any."""

    def act(page: Page) -> None:
        page.fill("#text", text)
        page.wait_for_selector(".reading[aria-busy=false] .curve circle")
        if word is not None:
            page.locator(".words [role=option]").get_by_text(word, exact=True).first.hover()

    return act


def ask_entities(text: str) -> Callable[[Page], None]:
    """Types a text for a model that finds entities."""

    def act(page: Page) -> None:
        page.fill("#text", text)
        page.wait_for_selector(".entities")

    return act


def compare(text: str) -> Callable[[Page], None]:
    """Asks two versions."""

    def act(page: Page) -> None:
        page.select_option("#version", "version:1")
        page.select_option("#other", "version:2")
        page.fill("#text", text)
        expect(page.locator(".reading[aria-busy=false] .curve")).to_have_count(2)

    return act


def drop_file(page: Page) -> None:
    """Asks the rows of a small file, the least sure first."""
    page.set_input_files("#file", {"name": "reviews.csv", "mimeType": "text/csv", "buffer": _CSV.encode()})
    page.click("#start")
    expect(page.locator("#progress-text")).to_have_text(f"{len(_ROWS)} of {len(_ROWS)} rows")
    page.select_option("#order", "least")


SCENES = {
    "page-light": Scene("reviews", ask(MIXED, "wonderful")),
    "page-dark": Scene("reviews", ask(MIXED, "slow"), dark=True),
    "page-phone": Scene("reviews", ask(MIXED), width=PHONE, scale=1.5),
    "page-versions": Scene("reviews", compare(MIXED)),
    "page-abstained": Scene("reviews", ask(NEUTRAL), part=".answer"),
    "page-file": Scene("reviews", drop_file, part="section[aria-labelledby=file-title]"),
    "page-chinese": Scene("chinese-reviews", ask("房间很干净，就是早餐不怎么好吃。", "不"), chinese=True),
    "page-entities": Scene(
        "flights", ask_entities("I would like to fly from Oslo to Rome on November 2nd"), part=".answer"
    ),
    "curve-english": Scene("sst2", ask(ENGLISH), part=".answer"),
    "curve-chinese": Scene("online_shopping_10_cats", ask(CHINESE), part=".answer", chinese=True),
}


@dataclass(frozen=True, slots=True)
class Report:
    """A part of the report of a model's first version, from one element to another."""

    model: str
    first: str
    last: str
    chinese: bool = False


REPORTS = {
    "report": Report("reviews", "h1", "#card ul:nth-of-type(2)"),
    "report-confidence": Report("chinese-reviews", "#confusions", "#threshold-table", chinese=True),
}
