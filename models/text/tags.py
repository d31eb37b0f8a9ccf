"""BIOES tags: which entities a row of tags names, which tags may follow which, and how tags are repaired.

O stands outside of every entity; an entity of one token is S; a longer one begins with B, goes on with I and
ends with E. A tag is its letter, a hyphen and the type: ``B-city``. Reference: Ratinov and Roth, Design
challenges and misconceptions in named entity recognition, 2009, section 3.1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Scheme = Literal["BIO", "BIOES"]
OUTSIDE = "O"
LETTERS = "BIES"
# Other names for the same tags: BMES and BILOU.
_SYNONYMS = {"M": "I", "L": "E", "U": "S"}


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """An entity: its first position, the one after its last, and its type."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag taken apart; ``entity`` is empty for O."""

    letter: str
    entity: str


def tag_names(entities: Sequence[str]) -> list[str]:
    """All tags of some types: O, then B, I, E and S of each type; the index of a tag is its class."""
    return [OUTSIDE, *(f"{letter}-{entity}" for entity in entities for letter in LETTERS)]


def parse_tag(text: str) -> Tag:
    """Takes a tag apart; a hyphen after the first belongs to the type. M, L and U are read as I, E and S.

    Raises:
        ValueError: it is no tag.
    """
    if text == OUTSIDE:
        return Tag(OUTSIDE, "")
    letter, hyphen, entity = text.partition("-")
    letter = _SYNONYMS.get(letter, letter)
    if not hyphen or not entity or len(letter) != 1 or letter not in LETTERS:
        raise ValueError(f'"{text}" is no tag: a tag is "O", or B, I, E or S, a hyphen and a type')
    if any(character.isspace() for character in entity):
        raise ValueError(f'the type of the tag "{text}" holds white space, which no tag may')
    return Tag(letter, entity)


def scheme_of(tags: Iterable[Tag]) -> Scheme:
    """BIOES where an entity's end or single token is marked, else BIO."""
    return "BIOES" if any(tag.letter in "ES" for tag in tags) else "BIO"


def spans_of(tags: Sequence[Tag]) -> list[Span]:
    """The entities that tags of either scheme name, in order.

    Ill-formed tags are read as conlleval reads them: an entity begins where one cannot go on, and ends where
    the next tag does not belong to it.
    """
    spans: list[Span] = []
    start, entity = -1, ""
    for place, tag in enumerate(tags):
        goes_on = start >= 0 and tag.letter in "IE" and tag.entity == entity
        if start >= 0 and not goes_on:
            spans.append(Span(start, place, entity))
            start = -1
        if tag.letter != OUTSIDE and not goes_on:
            start, entity = place, tag.entity
        if tag.letter in "ES":
            spans.append(Span(start, place + 1, entity))
            start = -1
    if start >= 0:
        spans.append(Span(start, len(tags), entity))
    return spans


def tags_of(spans: Iterable[Span], length: int, scheme: Scheme = "BIOES") -> list[Tag]:
    """The well-formed tags of ``length`` positions with these entities, which do not overlap."""
    tags = [Tag(OUTSIDE, "")] * length
    for span in spans:
        tags[span.start : span.end] = [Tag("I", span.entity)] * (span.end - span.start)
        tags[span.start] = Tag("B", span.entity)
        if scheme == "BIOES":
            single = span.end - span.start == 1
            tags[span.end - 1] = Tag("S" if single else "E", span.entity)
    return tags


def repairs(tags: Sequence[Tag], scheme: Scheme) -> int:
    """How many tags change when they are written anew from the entities they name; 0 for well-formed ones."""
    return sum(old != new for old, new in zip(tags, tags_of(spans_of(tags), len(tags), scheme), strict=True))


def tag_indices(tags: Iterable[Tag], entities: Sequence[str]) -> list[int]:
    """The class of each BIOES tag, as in ``tag_names``."""
    first = {entity: 1 + len(LETTERS) * place for place, entity in enumerate(entities)}
    return [first[tag.entity] + LETTERS.index(tag.letter) if tag.entity else 0 for tag in tags]


def tags_at(indices: Iterable[int], entities: Sequence[str]) -> list[Tag]:
    """The tags of classes; the inverse of ``tag_indices``."""
    return [
        Tag(LETTERS[(index - 1) % len(LETTERS)], entities[(index - 1) // len(LETTERS)])
        if index
        else Tag(OUTSIDE, "")
        for index in indices
    ]


def allowed_transitions(types: int) -> npt.NDArray[np.bool_]:
    """Which tag may follow which: bool [tags + 1, tags + 1] for the tags of ``types`` types.

    Row i, column j: tag j may come right after tag i. The last row stands for the beginning of a row of
    tokens, the last column for its end.
    """
    tags = 1 + len(LETTERS) * types
    letter = np.array([OUTSIDE, *LETTERS * types, OUTSIDE])
    entity = np.array([-1, *np.repeat(np.arange(types), len(LETTERS)), -1])
    is_open, opens = np.isin(letter, ["B", "I"]), np.isin(letter, [OUTSIDE, "B", "S"])
    same = entity[:, None] == entity[None, :]
    allowed = np.where(is_open[:, None], same & ~opens[None, :], opens[None, :])
    allowed[tags, tags] = False
    return allowed
