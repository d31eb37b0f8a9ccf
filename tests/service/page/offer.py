"""A service that offers one model of the test's making: its routes, answered by the test."""

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page


def offer(
    page: Page,
    task: str,
    labels: list[str],
    answer: dict,
    explanation: dict | None = None,
    *,
    feedback: bool = False,
    examples: Sequence[str] = ("One example.",),
    truncate: str = "head",
    segmenter: str | None = None,
) -> None:
    """Shows ``page`` anew with one model, ``made``, that gives ``answer`` to every text."""
    version = {
        "version": 1,
        "task": task,
        "labels": labels,
        "unit": "word",
        "segmenter": segmenter,
        "max_length": 40,
        "truncate": truncate,
        "abstain_below": 0.5,
        "explained": explanation is not None,
        "examples": list(examples),
    }
    limits = {"texts": 256, "characters": 1000, "body": 100_000, "timeout_s": 5.0}
    models = [{"name": "made", "version": 1, "version_labels": {}, "versions": [version]}]
    who = {"model": "made", "version": 1, "task": task}

    def predict(route: Any) -> None:
        body = route.request.post_data_json
        texts = body.get("texts", [body.get("text")])
        reply = who | {"predictions": [answer] * len(texts)}
        route.fulfill(json=reply, headers={"X-Request-ID": "made-id"})

    def explain(route: Any) -> None:
        route.fulfill(json=who | {"explanations": [explanation]})

    offered = {"default_model": None, "limits": limits, "feedback": feedback, "models": models}
    page.route("**/models", lambda route: route.fulfill(json=offered))
    page.route("**/predict", predict)
    if explanation:
        page.route("**/explain", explain)
    page.reload()
    page.wait_for_selector("#model option[value=made]", state="attached")
