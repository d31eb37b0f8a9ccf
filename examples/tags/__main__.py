"""Makes the messages, trains on them, serves the model and asks it: ``python -m examples.tags``."""

import sys
from pathlib import Path
from typing import Any

from examples.served import train_and_ask
from examples.tags.grammar import write

CONFIG = Path(__file__).with_name("tags.toml")
QUESTIONS = (
    "The lamp came broken and I want my money back!",
    "I was charged twice, please send a correct invoice",
    "Thank you, the watch is wonderful; when will the chair be shipped?",
    "Good evening.",
)


def shown(answer: dict[str, Any]) -> str:
    """The labels that apply."""
    return ", ".join(score["label"] for score in answer["labels"]) or "nothing"


if __name__ == "__main__":
    sys.exit(train_and_ask(__doc__, CONFIG, write, QUESTIONS, shown))
