"""Whether a served answer is right."""

from typing import Any

from examples.flights.grammar import Sentence


def is_right(sentence: Sentence, answer: dict[str, Any]) -> bool:
    """The intent is the sentence's, and so are all slots, in order; spaces do not count."""
    slots: list[tuple[str, str]] = []
    for token, tag in zip(sentence.tokens, sentence.tags, strict=True):
        if tag.startswith("B-"):
            slots.append((tag[2:], token))
        elif tag.startswith("I-"):
            slots[-1] = (slots[-1][0], slots[-1][1] + token)
    found = [(one["entity"], one["value"].replace(" ", "")) for one in answer["entities"]]
    return found == slots and bool(answer["intent"]["name"] == sentence.intent)
