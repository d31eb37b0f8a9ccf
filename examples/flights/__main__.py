"""Makes the sentences, trains on them, serves the model and asks it: ``python -m examples.flights``."""

import sys
from pathlib import Path
from typing import Any

from examples.flights.grammar import Sentence, unseen_cities, unseen_orders, write
from examples.flights.judge import is_right
from examples.served import Judged, train_and_ask

CONFIG = Path(__file__).with_name("flights.toml")
QUESTIONS = (
    "arrive Taipei on November 2nd",
    "leave Taipei on November 2nd",
    "arrive Beijing on November 2nd",
    "leave Beijing on November 2nd",
    "arrive Shanghai on May 20th",
    "leave Shanghai on May 20th",
    "管家，帮我订一张下午3:00的电影票",
)


def shown(answer: dict[str, Any]) -> str:
    """Intent and slots."""
    found = ", ".join(f"{entity['entity']}={entity['value']}" for entity in answer["entities"])
    return f"{answer['intent']['name']}: {found}"


def judged(name: str, sentences: list[Sentence]) -> Judged:
    """Held-out sentences to ask the service."""
    return Judged(
        name,
        [sentence.text for sentence in sentences],
        lambda number, answer: is_right(sentences[number], answer),
    )


if __name__ == "__main__":
    held_out = (
        judged("cities never seen", unseen_cities()),
        judged("word orders never seen", unseen_orders()),
    )
    sys.exit(train_and_ask(__doc__, CONFIG, write, QUESTIONS, shown, held_out))
