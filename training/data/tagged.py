"""Tokens with tags, from JSON lines, Parquet or CoNLL columns, as texts with entities in them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from models.counted import counted
from models.errors import DataError
from models.text.plain import make_valid
from models.text.tags import Span, Tag, parse_tag, repairs, scheme_of, spans_of
from training.config import Config
from training.data.conll import is_conll, read_conll
from training.data.labels import single_label
from training.data.records import Record, read_columns

NO_TOKEN = "no token"
NO_INTENT = "no intent"


@dataclass(frozen=True, slots=True)
class TaggedRows:
    """Texts with what stands in them, one tuple a column.

    Attributes:
        texts: the tokens of each row, joined.
        entities: those of each row, by code points of its text.
        intents: what each text is about; "" where the task has no intents.
        numbers: the number of each row in its file, from 1. Empty where there is no file.
    """

    texts: tuple[str, ...]
    entities: tuple[tuple[Span, ...], ...]
    intents: tuple[str, ...]
    numbers: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, indices: Sequence[int]) -> "TaggedRows":
        """The rows at ``indices``, in that order."""
        return TaggedRows(
            tuple(self.texts[i] for i in indices),
            tuple(self.entities[i] for i in indices),
            tuple(self.intents[i] for i in indices),
            tuple(self.numbers[i] for i in indices) if self.numbers else (),
        )


@dataclass(frozen=True, slots=True)
class TaggedLayout:
    """Which columns of a file hold what; ``intent`` is None where the task has no intents."""

    tokens: str = "tokens"
    tags: str = "tags"
    intent: str | None = None

    @classmethod
    def of(cls, config: Config) -> "TaggedLayout":
        """The layout a config describes."""
        data = config.data
        return cls(data.tokens_column, data.tags_column, data.intent_column if config.task == "joint" else None)


@dataclass(frozen=True, slots=True)
class TaggedReading:
    """What a file gave: its rows, the number of those left out by reason, and of the tags repaired."""

    rows: TaggedRows
    skipped: dict[str, int]
    repaired: int


def read_tagged(path: Path, layout: TaggedLayout) -> TaggedReading:
    """Reads a file of tagged tokens. Rows without token or intent are skipped and counted.

    Tags are BIO or BIOES, whichever the file as a whole is written in; ill-formed ones are read as
    ``models.text.tags.spans_of`` does and counted.

    Raises:
        DataError: the file cannot be read, holds a broken row, which is named, or no usable row.
    """
    skipped: Counter[str] = Counter()
    tokens: list[list[str]] = []
    tags: list[list[Tag]] = []
    intents: list[str] = []
    numbers: list[int] = []
    for record in _records(path, layout):
        try:
            row = _tokens(record.values[0], layout.tokens)
            marks = _tags(record.values[1], layout.tags)
            intent = single_label(record.values[2]) if layout.intent else ("",)
            if len(row) != len(marks):
                raise DataError(
                    f"there {'is' if len(row) == 1 else 'are'} {counted(len(row), 'token')} but "
                    f"{counted(len(marks), 'tag')}; every token has one tag"
                )
        except DataError as error:
            raise DataError(f"{path}, {record.place}: {error}.") from error
        if not row or intent is None:
            skipped[NO_INTENT if row else NO_TOKEN] += 1
            continue
        tokens.append(row)
        tags.append(marks)
        intents.append(make_valid(intent[0]))
        numbers.append(record.row)
    if not tokens:
        reasons = ", ".join(f"{reason}: {count}" for reason, count in sorted(skipped.items()))
        raise DataError(f"{path} holds no row with tokens and tags{f' ({reasons})' if reasons else ''}.")
    scheme = scheme_of(tag for row in tags for tag in row)
    repaired = sum(repairs(row, scheme) for row in tags)
    pairs = [text_of(row, spans_of(marks)) for row, marks in zip(tokens, tags, strict=True)]
    texts, entities = zip(*pairs, strict=True)
    rows = TaggedRows(texts, entities, tuple(intents), tuple(numbers))
    return TaggedReading(rows, dict(sorted(skipped.items())), repaired)


def text_of(tokens: Sequence[str], spans: Sequence[Span]) -> tuple[str, tuple[Span, ...]]:
    """Tokens as one text, and entities by its code points instead of by token.

    A space stands between two tokens unless one of them is written without (as Chinese is).
    """
    pieces: list[str] = []
    starts, ends = [], []
    place = 0
    last = ""
    for token in tokens:
        if last and token and not (_is_wide(last) or _is_wide(token[0])):
            pieces.append(" ")
            place += 1
        starts.append(place)
        pieces.append(token)
        place += len(token)
        ends.append(place)
        last = token[-1:] or last
    return "".join(pieces), tuple(Span(starts[s.start], ends[s.end - 1], s.entity) for s in spans)


def _is_wide(character: str) -> bool:
    return east_asian_width(character) in "WF"


def _records(path: Path, layout: TaggedLayout) -> Iterator[Record]:
    if is_conll(path):
        return read_conll(path)
    columns = [layout.tokens, layout.tags]
    return read_columns(path, columns + ([layout.intent] if layout.intent else []))


def _tokens(value: Any, column: str) -> list[str]:
    for token in _list(value, column):
        if not isinstance(token, str):
            raise DataError(f'the column "{column}" holds the token {token!r:.60}, not a string')
    return list(value or [])


def _tags(value: Any, column: str) -> list[Tag]:
    found = []
    for number, tag in enumerate(_list(value, column), start=1):
        if not isinstance(tag, str):
            raise DataError(f'the column "{column}" holds the tag {tag!r:.60}, not a string')
        try:
            found.append(parse_tag(make_valid(tag)))
        except ValueError as error:
            raise DataError(f"token {number}: {error}") from error
    return found


def _list(value: Any, column: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise DataError(f'the column "{column}" holds {type(value).__name__} {value!r:.60}, not a list')
    return value
