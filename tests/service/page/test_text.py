"""One text on the page: the answer, its words, its reading curve, two versions."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

GOOD = "The story was wonderful."
BAD = "The script was a mess."


def ask(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.wait_for_selector(".reading[aria-busy=false] .curve circle")


def words(page: Page) -> list[str]:
    return page.locator(".words [role=option]").all_inner_texts()


def test_the_answer_is_that_of_the_service(page: Page, service) -> None:
    ask(page, BAD)
    _, reply = service.ask("POST", "/predict", {"text": BAD, "model": "tiny"})
    answer = reply["predictions"][0]
    expect(page.locator(".verdict strong")).to_have_text(answer["label"])
    expect(page.locator(".verdict .confidence")).to_have_text(f"{round(100 * answer['confidence'])} %")
    shown = page.locator(".bars .name").all_inner_texts()
    assert shown == list(answer["probabilities"])
    widths = page.locator(".bars .fill").evaluate_all("all => all.map(one => parseFloat(one.style.width))")
    assert widths == pytest.approx([100 * p for p in answer["probabilities"].values()], abs=0.01)
    assert "version 1" in page.locator(".answer h3").inner_text()


def test_the_first_answer_comes_soon_after_a_pause(page: Page) -> None:
    ask(page, GOOD)
    page.evaluate(
        """() => {
            const { dataset } = document.body;
            document.querySelector("#text").addEventListener("input", () => {
                window.typed = performance.now();
                delete dataset.took;
            });
            new MutationObserver(() => (dataset.took ??= performance.now() - window.typed))
              .observe(document.querySelector(".answer > div"), {childList: true});
        }"""
    )
    page.locator("#text").press_sequentially(" Clever", delay=20)
    page.wait_for_selector("body[data-took]")
    assert float(page.locator("body").get_attribute("data-took")) <= 300


def test_a_text_without_words_and_an_unsure_answer_are_said_in_words(page: Page) -> None:
    page.fill("#text", "   ")
    expect(page.locator(".doubt")).to_have_text("There is no word in this text to answer to.")
    answer = {
        "label": "negative",
        "confidence": 0.52,
        "margin": 0.04,
        "abstained": True,
        "probabilities": {"negative": 0.52, "positive": 0.48},
        "tokens": 2,
        "unknown_tokens": [],
        "truncated": False,
    }
    reply = {"model": "tiny", "version": 1, "task": "classification", "predictions": [answer]}
    page.route("**/predict", lambda route: route.fulfill(json=reply))
    page.fill("#text", "so so")
    expect(page.locator(".doubt")).to_contain_text("The model abstains: its best guess reaches 52 %")
    expect(page.locator(".verdict")).to_contain_text("not sure; best guess negative")


def test_words_are_marked_and_stay_the_text(page: Page) -> None:
    text = "The 🙂 story —  gripping zzyzx!"
    ask(page, text)
    assert page.locator(".words").inner_text() == text
    assert words(page) == ["The", "🙂", "story", "—", "gripping", "zzyzx", "!"]
    assert page.locator(".words .unknown").all_inner_texts() == ["🙂", "—", "zzyzx"]
    expect(page.locator(".answer > div > .facts")).to_contain_text("new to the model: “🙂”, “—”, “zzyzx”")


def test_what_is_not_read_is_struck_out(page: Page) -> None:
    text = "The script was clever. " * 10 + "It ends gripping."
    ask(page, text)
    assert page.locator(".words").inner_text() == text
    unread = page.locator(".words .unread")
    assert unread.count() == 1
    assert "script was clever" in unread.inner_text()
    # It reads the beginning and the end of a long text.
    assert len(words(page)) == 40
    assert words(page)[-4:] == ["It", "ends", "gripping", "."]
    expect(page.locator(".answer > div > .facts")).to_contain_text("longer than the model reads: it reads 40")


def test_word_and_curve_are_linked_by_pointer_and_keyboard(page: Page) -> None:
    ask(page, BAD)
    page.locator(".words [role=option]").nth(4).hover()
    expect(page.locator(".words [aria-selected=true]")).to_have_text("mess")
    expect(page.locator(".detail")).to_contain_text("mess: ")
    at = page.locator(".cursor circle").get_attribute("cx")
    assert at == page.locator(".line-0 circle").nth(4).get_attribute("cx")
    chart = page.locator(".curve svg").bounding_box()
    page.mouse.move(chart["x"] + 48, chart["y"] + 60)
    expect(page.locator(".words [aria-selected=true]")).to_have_text("The")
    page.locator(".words [aria-selected=true]").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".words [aria-selected=true]")).to_have_text("a")
    page.keyboard.press("End")
    expect(page.locator(".words [aria-selected=true]")).to_have_text(".")
    assert page.locator(".words [tabindex='0']").count() == 1


def test_the_curve_is_drawn_from_the_prefixes(page: Page, service) -> None:
    ask(page, BAD)
    _, reply = service.ask("POST", "/explain", {"text": BAD, "model": "tiny"})
    explanation = reply["explanations"][0]
    heights = page.locator(".line-0 > circle").evaluate_all("all => all.map(one => +one.getAttribute('cy'))")
    shares = [prefix["probabilities"][explanation["label"]] for prefix in explanation["prefixes"]]
    assert heights == pytest.approx([150 - 140 * share for share in shares], abs=0.01)


def test_two_versions_answer_side_by_side(page: Page, service) -> None:
    page.select_option("#version", "label:next")
    page.select_option("#other", "version:1")
    ask(page, GOOD)
    expect(page.locator(".answer")).to_have_count(2)
    heads = page.locator(".answer h3").all_inner_texts()
    assert heads == ["tiny, version 2", "tiny, version 1"]
    labels = [
        service.ask("POST", "/predict", {"text": GOOD, "model": "tiny", "version": version})[1][
            "predictions"
        ][0]["label"]
        for version in (2, 1)
    ]
    sentence = "Both versions answer" if labels[0] == labels[1] else "The versions disagree"
    expect(page.locator("#agreement")).to_contain_text(sentence)
    page.select_option("#other", "none")
    expect(page.locator(".answer")).to_have_count(1)
    expect(page.locator("#agreement")).to_be_hidden()


def test_a_version_that_came_after_the_page_is_looked_up_once(page: Page, service) -> None:
    ask(page, GOOD)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[1]))
    reply = service.ask("POST", "/predict", {"text": BAD, "model": "tiny"})[1] | {"version": 9}
    page.route("**/predict", lambda route: route.fulfill(json=reply))
    with page.expect_request("**/models"):
        page.fill("#text", BAD)
    expect(page.locator(".answer h3")).to_have_text("tiny, version 9")
    expect(page.locator(".curve")).to_have_count(0)
    page.wait_for_timeout(500)
    assert asked == ["predict", "models", "predict"]


def test_what_each_word_did_stays_until_the_next_is_known(page: Page) -> None:
    ask(page, GOOD)
    page.route("**/explain", lambda route: None)
    page.fill("#text", BAD)
    page.wait_for_selector(".reading[aria-busy=true] .curve")
    assert page.locator(".words").inner_text() == GOOD
    page.unroute("**/explain")
    ask(page, BAD)
    assert page.locator(".words").inner_text() == BAD


def test_examples_come_from_the_model_and_are_asked(page: Page, service) -> None:
    _, served = service.ask("GET", "/models")
    examples = {model["name"]: model["versions"][-1]["examples"] for model in served["models"]}
    first = page.locator("#examples button").first
    assert first.get_attribute("title") == examples["tiny"][0]
    first.click()
    page.wait_for_selector(".curve circle")
    assert page.input_value("#text") == examples["tiny"][0]


def test_markup_in_a_text_is_shown_and_never_run(page: Page) -> None:
    text = (
        "<img src=x onerror=document.title='run'><script>document.title='run'</script> wonderful </textarea>"
    )
    ask(page, text)
    assert page.locator(".words").inner_text() == text
    assert page.locator(".words img, .words script").count() == 0
    assert page.title() == "Engram"


def test_the_page_serves_chinese(page: Page) -> None:
    page.select_option("#model", "hotels")
    text = "房间很干净，服务很好。"
    ask(page, text)
    expect(page.locator(".verdict strong")).to_have_text("好评")
    assert page.locator(".words").inner_text() == text
    assert len(words(page)) == len(text)


def test_a_text_from_right_to_left_is_read_from_right_to_left(page: Page) -> None:
    ask(page, "مرحبا story wonderful")
    directions = page.evaluate(
        "['#text', '.words'].map(name => getComputedStyle(document.querySelector(name)).direction)"
    )
    assert directions == ["rtl", "rtl"]
    first, last = (page.locator(".line-0 > circle").nth(n).get_attribute("cx") for n in (0, 2))
    assert float(first) > float(last)
    caption = page.locator(".curve .caption")
    expect(caption).to_have_text("← in the order of reading")
    box, chart = caption.bounding_box(), page.locator(".curve svg").bounding_box()
    assert box["x"] - chart["x"] < chart["width"] / 2
    # A name from right to left turns nothing around in the sentence it stands in.
    expect(page.locator(".answer .facts bdi")).to_have_text(["مرحبا"])
    page.locator(".words [role=option]").first.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".words [aria-selected=true]")).to_have_text("story")


def test_versions_that_are_equally_sure_are_not_0_points_apart(page: Page) -> None:
    page.select_option("#version", "version:1")
    page.select_option("#other", "version:1")
    ask(page, GOOD)
    expect(page.locator("#agreement")).to_contain_text("they are less than a point of confidence apart.")


def test_the_words_of_a_long_text_show_that_there_are_more(page: Page) -> None:
    ask(page, "The story was wonderful. " * 110)
    box = page.locator(".words")
    assert box.evaluate("box => box.scrollHeight > box.clientHeight")
    # What covers the shadow goes with the text, so it is away where the text goes on.
    attachments = box.evaluate("box => getComputedStyle(box).backgroundAttachment")
    assert attachments == "local, local, scroll, scroll"
    lines = box.evaluate("box => (box.clientHeight - 5) / parseFloat(getComputedStyle(box).lineHeight) % 1")
    assert 0.2 < lines < 0.8


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("房间很干净", "zh"),
        ("とても綺麗な部屋", "ja"),
        ("방이 깨끗해요", "ko"),
        ("الغرفة نظيفة", "ar"),
        ("اتاق تمیز است", "en"),
        ("The room was clean", "en"),
    ],
)
def test_a_text_is_in_its_own_language(page: Page, text: str, language: str) -> None:
    ask(page, text)
    for name in ("#text", ".words"):
        assert page.locator(name).evaluate("node => node.closest('[lang]').lang") == language
