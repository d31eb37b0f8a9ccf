"""Really trained models of each kind: the page says of their answers what the service answers."""

import json
from collections.abc import Callable
from itertools import permutations

import pytest
from playwright.sync_api import Page, expect

from tests.service.page.files import answers, downloaded, give, reviews, shown, start, written
from tests.service.page.models import ON_NO_TOPIC, TOPICS, chinese_reviews

pytestmark = pytest.mark.browser

TRIPS = ["leave Rome on Friday 🙂", "arrive 巴黎 on Monday", "arrive New York on noon 🙂", "nothing at all"]


def percent(share: float) -> str:
    assert 0.005 < share < 0.995
    return f"{100 * share:.0f} %"


def ask(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.wait_for_selector(".reading[aria-busy=false] .curve circle")
    expect(page.locator(".words").first).to_have_text(text)


def first(found: list[dict], texts: list[str], wanted: Callable[[dict], bool]) -> tuple[str, dict]:
    """The first text with such an answer; there must be one."""
    return next((text, answer) for text, answer in zip(texts, found, strict=True) if wanted(answer))


def test_an_abstaining_model_says_how_sure_it_is_and_has_to_be(page: Page, service) -> None:
    _, served = service.ask("GET", "/models")
    (tiny,) = (model for model in served["models"] if model["name"] == "tiny")
    (stable,) = (version for version in tiny["versions"] if version["version"] == tiny["version"])
    needed = percent(stable["abstain_below"])
    found = answers(service, reviews(), model="tiny")
    text, answer = first(found, reviews(), lambda answer: answer["abstained"])
    ask(page, text)
    expect(page.locator(".verdict")).to_have_text(
        f"not sure; best guess {answer['label']} {percent(answer['confidence'])}"
    )
    expect(page.locator(".doubt")).to_have_text(
        f"The model abstains: its best guess reaches {percent(answer['confidence'])}, "
        f"and this model answers from {needed}."
    )
    expect(page.locator(".tick-mark").first).to_have_attribute("title", f"answers from {needed}")
    text, answer = first(found, reviews(), lambda answer: not answer["abstained"])
    ask(page, text)
    expect(page.locator(".verdict")).to_have_text(f"{answer['label']} {percent(answer['confidence'])}")
    expect(page.locator(".doubt")).to_have_count(0)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_model_of_several_labels_ticks_those_that_apply(page: Page, service, count: int) -> None:
    parts = [sentence for sentences in TOPICS.values() for sentence in sentences]
    texts = [*parts, *map(" ".join, permutations(ON_NO_TOPIC, 2)), *map(" ".join, permutations(parts, 2))]
    found = answers(service, texts, model="topics")
    text, answer = first(found, texts, lambda answer: len(answer["labels"]) == count)
    page.select_option("#model", "topics")
    ask(page, text)
    applied = [one["label"] for one in answer["labels"]]
    expect(page.locator(".verdict strong")).to_have_text(", ".join(applied) or "no label")
    surest_first = list(answer["probabilities"])
    last = max((surest_first.index(label) for label in applied), default=0)
    least = page.locator(".bars .share").nth(last).inner_text()
    said = {0: [], 1: [least], 2: [f"at least {least}"]}[count]
    expect(page.locator(".verdict .confidence")).to_have_text(said)
    expect(page.locator(".none")).to_have_count(1 if count == 0 else 0)
    expect(page.locator(".bars .name")).to_have_text(
        [f"{label} ✓" if label in applied else label for label in answer["probabilities"]]
    )
    expect(page.locator(".doubt")).to_have_count(0)


def test_a_file_of_several_labels_has_them_in_one_column(page: Page, service) -> None:
    texts = [" ".join(pair) for pair in zip(TOPICS["room"], TOPICS["food"], strict=True)]
    page.select_option("#model", "topics")
    give(page, written([["text"], *([text] for text in texts)]))
    start(page, 3)
    rows = downloaded(page)
    assert list(rows[0]) == ["text", "answer", "confidence", "abstained"]
    found = answers(service, texts, model="topics")
    assert any(len(answer["labels"]) > 1 for answer in found)
    for row, answer in zip(rows, found, strict=True):
        assert row["answer"] == (", ".join(one["label"] for one in answer["labels"]) or "no label")
        # Of several labels, the one that is the least sure.
        least = min((one["confidence"] for one in answer["labels"]), default=answer["confidence"])
        assert float(row["confidence"]) == pytest.approx(least, abs=6e-5)


def test_a_file_for_a_joint_model_comes_back_with_intent_and_entities(page: Page, service) -> None:
    page.select_option("#model", "trips")
    give(page, written([["text"], *([text] for text in TRIPS)]))
    start(page, len(TRIPS))
    found = answers(service, TRIPS, model="trips")
    assert found[0]["entities"]
    table = [row[2].removesuffix(" not sure") for row in shown(page)]
    assert table == [answer["intent"]["name"] for answer in found]
    rows = downloaded(page)
    assert list(rows[0]) == ["text", "answer", "confidence", "abstained", "entities"]
    assert [row["answer"] for row in rows] == [answer["intent"]["name"] for answer in found]
    assert [json.loads(row["entities"]) for row in rows] == [answer["entities"] for answer in found]
    sure = [float(row["confidence"]) for row in rows]
    assert sure == pytest.approx([answer["intent"]["confidence"] for answer in found], abs=6e-5)


def test_a_chinese_file_is_answered_filtered_and_given_back(page: Page, service) -> None:
    texts = [text for text, _ in chinese_reviews()]
    page.select_option("#model", "hotels")
    rows = [[f"{number}号", text] for number, text in enumerate(texts, 1)]
    give(page, written([["编号", "评论"], *rows]), "酒店.csv")
    expect(page.locator("#column option:checked")).to_have_text("评论")
    start(page, len(texts))
    found = answers(service, texts, model="hotels")
    bad = [row for row, answer in zip(rows, found, strict=True) if answer["label"] == "差评"]
    assert 0 < len(bad) < len(texts)
    page.locator("#filter-label").select_option(f"差评 ({len(bad)})")
    assert [row[1] for row in shown(page)] == [text for _, text in bad[:50]]
    expect(page.locator("#results td.text").first).to_have_attribute("lang", "zh")
    kept = downloaded(page, "酒店")
    assert [[row["编号"], row["评论"]] for row in kept] == bad
    assert {row["answer"] for row in kept} == {"差评"}


@pytest.mark.parametrize("agree", [True, False], ids=["agree", "disagree"])
def test_two_versions_are_compared_in_chinese(page: Page, service, agree: bool) -> None:
    texts = [text for text, _ in chinese_reviews()]
    pairs = list(zip(*(answers(service, texts, model="hotels", version=n) for n in (1, 2)), strict=True))
    text, (one, other) = next(
        (text, (one, other))
        for text, (one, other) in zip(texts, pairs, strict=True)
        if (one["label"] == other["label"]) is agree
    )
    page.select_option("#model", "hotels")
    page.select_option("#version", "version:1")
    page.select_option("#other", "version:2")
    ask(page, text)
    expect(page.locator(".answer h3")).to_have_text(["hotels, version 1", "hotels, version 2"])
    expect(page.locator(".verdict strong")).to_have_text([one["label"], other["label"]])
    if agree:
        sentence = f"Both versions answer “{one['label']}”"
    else:
        said = [f"“{answer['label']}” ({percent(answer['confidence'])})" for answer in (one, other)]
        sentence = f"The versions disagree: {' against '.join(said)}."
    expect(page.locator("#agreement")).to_contain_text(sentence)
    # Every character has its place in the reading curve of both.
    expect(page.locator(".curve")).to_have_count(2)
    expect(page.locator(".words [role=option]")).to_have_count(2 * len(text))
