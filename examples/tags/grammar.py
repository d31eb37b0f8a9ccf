"""Made-up messages to a shop, each with the keywords of what it is about: any number of them, or none."""

import json
import random
from pathlib import Path

ABOUT = {
    "delivery": (
        "my parcel has not arrived",
        "the courier left the box in the rain",
        "when will my order be shipped",
        "tracking has not moved for {days} days",
        "the parcel went to the wrong address",
    ),
    "refund": (
        "I want my money back",
        "please refund the {thing}",
        "the refund is still missing after {days} days",
        "you promised to pay me back",
    ),
    "damage": (
        "the {thing} came broken",
        "there is a crack in the {thing}",
        "the {thing} stopped working after {days} days",
        "the {thing} does not switch on",
    ),
    "account": (
        "I cannot log in",
        "my password is not accepted",
        "please change the email of my account",
        "the app signs me out all the time",
    ),
    "invoice": (
        "the invoice shows the wrong amount",
        "I was charged twice",
        "please send me the invoice for the {thing}",
        "the bill lacks our tax number",
    ),
    "praise": (
        "thank you for the quick help",
        "the {thing} is wonderful",
        "your support was very kind",
        "best {thing} I ever had",
    ),
}
NOTHING = ("hello, is anybody there", "good morning", "I have a question", "please call me back today")
THINGS = (
    "lamp",
    "kettle",
    "keyboard",
    "camera",
    "chair",
    "radio",
    "phone",
    "vacuum cleaner",
    "desk",
    "watch",
)
JOINTS = (", and ", "; also ", ". Besides, ", ", but ")


def messages(count: int, seed: int) -> list[tuple[str, list[str]]]:
    """Different messages with their keywords, sorted."""
    generator = random.Random(seed)
    found: dict[str, list[str]] = {}
    while len(found) < count:
        keywords = generator.sample(sorted(ABOUT), generator.choice((0, 1, 1, 1, 2, 2, 3)))
        parts = [generator.choice(ABOUT[keyword]) for keyword in keywords] or [generator.choice(NOTHING)]
        text = parts[0]
        for part in parts[1:]:
            text += generator.choice(JOINTS) + part
        text = text.replace("{thing}", generator.choice(THINGS)).replace(
            "{days}", str(generator.randint(2, 30))
        )
        if not keywords:
            text += generator.choice((".", "!", f" ({generator.randint(100, 999)})"))
        found.setdefault(text, sorted(keywords))
    return list(found.items())


def write(folder: Path, count: int = 1200) -> None:
    """Writes the JSON lines ``messages``."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"text": text, "labels": labels}) for text, labels in messages(count, seed=1)]
    (folder / "messages.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
