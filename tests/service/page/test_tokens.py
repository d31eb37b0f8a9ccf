"""The page cuts a text where the models' own rule cuts it: it marks by place what the service names."""

import random

import pytest
from playwright.sync_api import Page

from models.text.plain import PlainText
from models.text.spec import TextRule, Unit

pytestmark = pytest.mark.browser

TOKENS_OF = """async ([texts, unit]) => {
  const main = document.querySelector("script[type=module]").src;
  const { tokensOf } = await import(main.replace(/[^/]+$/, "tokens.js"));
  return texts.map((text) => tokensOf(text, unit).map(({ start, end }) => [start, end]));
}"""
PIECES = [
    *"aZ9é٣一好々〇豈ßΣ",
    *"ｎ８カあ한กअ🙂👍🏽",
    *"'’`´.,/:：-_()!…\"«",
    *" \t\n\u3000\u00a0\u200b",
    *"\u00ad\u200d\ufe0f\u0301\u20e3\x00\x1b",
    *("can't", "3:00", "8/10", "1.5", "U.S.", "管家", "don’t", "naïve", "\U00020000", "\U0001f1e9"),
]


def texts() -> list[str]:
    generator = random.Random(1)
    return ["", *("".join(generator.choices(PIECES, k=generator.randint(1, 20))) for _ in range(1_000))]


@pytest.mark.parametrize("unit", ["word", "character"])
def test_the_page_finds_the_tokens_where_the_models_do(page: Page, unit: Unit) -> None:
    plain = PlainText(TextRule(unit=unit, max_length=1_000))
    found = page.evaluate(TOKENS_OF, [texts(), unit])
    for text, places in zip(texts(), found, strict=True):
        assert [tuple(place) for place in places] == list(plain.places(text)), repr(text)
