"""The rows of a file, a chunk at a time."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from models.errors import DataError
from models.text.plain import make_valid
from training.data.records import read_columns

# A chunk goes through the pipe to a process and back: large enough to be worth it, small enough to hold.
MAX_ROWS = 1024
MAX_CHARACTERS = 2**20


class Row(NamedTuple):
    """One text to be answered.

    Attributes:
        number: of the row in its file, from 1.
        text: "" where the row has none.
        kept: values of the columns that go into the output as they are.
    """

    number: int
    text: str
    kept: tuple[Any, ...]


Chunk = list[Row]


def read_chunks(path: Path, text_column: str, keep: Sequence[str], skip: int = 0) -> Iterator[Chunk]:
    """The rows behind the first ``skip``, in order, at most ``MAX_ROWS`` together.

    Raises:
        DataError: the file cannot be read, or a row is broken or its text no string; the row is named.
    """
    chunk: Chunk = []
    characters = 0
    for record in read_columns(path, [text_column, *keep]):
        if record.row <= skip:
            continue
        text, *kept = record.values
        if text is None:
            text = ""
        elif not isinstance(text, str):
            raise DataError(
                f'{path}, {record.place}: the column "{text_column}" holds {type(text).__name__} '
                f"{text!r:.60}, not a string."
            )
        chunk.append(Row(record.row, text, tuple(_valid(value) for value in kept)))
        characters += len(text)
        if len(chunk) == MAX_ROWS or characters >= MAX_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def _valid(value: Any) -> Any:
    # JSON can write a lone surrogate, which no file can hold.
    return make_valid(value) if isinstance(value, str) else value
