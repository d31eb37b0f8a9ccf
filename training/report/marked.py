"""Texts with their entities marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.text.tags import Span
from training.report.mistakes import EXCERPT, SHOWN
from training.report.tagging_material import TaggingMaterial


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an example. ``kind``: "right", "invented" or "missed"; "" for what is no entity.

    ``instead`` is the right type of an entity that was answered at its place, but as another.
    """

    text: str
    entity: str
    kind: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its entities marked; ``row`` is its number.

    ``intent`` is the right one and ``answer`` the network's; both are empty where the task has none.
    """

    row: int
    pieces: tuple[Piece, ...]
    intent: str
    answer: str


def example(material: TaggingMaterial, row: int) -> Example:
    """One row, counted from 0."""
    number = material.numbers[row] if material.numbers else row + 1
    pieces = marked(material.texts[row], material.gold[row], material.answers.spans[row])
    if material.answers.intents is None:
        return Example(number, pieces, "", "")
    answer = material.manifest.labels[int(material.answers.intents[row])]
    return Example(number, pieces, material.intents[row], answer)


def examples(material: TaggingMaterial, *, right: bool) -> list[Example]:
    """Rows with entities that are all answered rightly, or rows with mistakes, the most mistakes first."""
    found: list[tuple[int, Example]] = []
    for row, (gold, said) in enumerate(zip(material.gold, material.answers.spans, strict=True)):
        one = example(material, row)
        wrong = len(set(gold) ^ set(said)) + (one.answer != one.intent)
        if (right and gold and not wrong) or (not right and wrong):
            found.append((wrong, one))
    if right:
        step = max(1, len(found) // SHOWN)
        return [one for _, one in found[::step]][:SHOWN]
    return [one for _, one in sorted(found, key=lambda pair: -pair[0])][:SHOWN]


def marked(text: str, gold: Sequence[Span], said: Sequence[Span]) -> tuple[Piece, ...]:
    """A text cut at its entities, those answered first; missed ones show where no answer stands."""
    types = {(span.start, span.end): span.entity for span in gold}
    spans = [(span, "right" if span in set(gold) else "invented") for span in said]
    taken = [(span.start, span.end) for span in said]
    spans += [
        (span, "missed")
        for span in gold
        if not any(start < span.end and end > span.start for start, end in taken)
    ]
    pieces, place = [], 0
    for span, kind in sorted(spans):
        pieces.append(Piece(_shortened(text[place : span.start]), "", ""))
        instead = types.get((span.start, span.end), "") if kind == "invented" else ""
        pieces.append(Piece(text[span.start : span.end], span.entity, kind, instead))
        place = span.end
    pieces.append(Piece(_shortened(text[place:]), "", ""))
    return tuple(piece for piece in pieces if piece.text)


def _shortened(text: str) -> str:
    """The beginning and the end of a long stretch without entities."""
    return text if len(text) <= EXCERPT else f"{text[: EXCERPT // 2]} … {text[-EXCERPT // 2 :]}"
