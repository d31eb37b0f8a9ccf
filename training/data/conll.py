"""CoNLL columns: a token a line, first its text, last its tag; an empty line ends a row of tokens."""

import re
from collections.abc import Iterator
from pathlib import Path

from models.errors import DataError
from training.data.files import open_lines
from training.data.records import Record

_ENDINGS = (".conll", ".iob", ".bio", ".bioes", ".txt", ".tsv")
_DOCUMENT = "-DOCSTART-"
_INTENT = re.compile(r"#\s*intent\s*=\s*(.*\S)\s*")


def is_conll(path: Path) -> bool:
    """Whether a file's name says that it holds columns."""
    return path.name.lower().removesuffix(".gz").endswith(_ENDINGS)


def read_conll(path: Path) -> Iterator[Record]:
    """Reads a file row by row: the values of a record are its tokens, its tags and its intent.

    Columns are parted by white space; those between the first and the last are not read. A line
    ``# intent = NAME`` gives the row below it an intent. ``-DOCSTART-`` lines are left out.

    Raises:
        DataError: the file cannot be read, or a line has one column only; the line is named.
    """
    with open_lines(path) as lines:
        tokens: list[str] = []
        tags: list[str] = []
        intent, first = None, 1
        for text in lines:
            columns = text.split()
            if found := _INTENT.fullmatch(text.strip()):
                intent = found[1]
            elif columns and columns[0] != _DOCUMENT:
                if len(columns) < 2:
                    raise DataError(
                        f"{path}, row {lines.row + 1} (line {lines.line}) has one column, {columns[0]!r:.60}; a "
                        "line holds a token and, last, its tag."
                    )
                first = first if tokens else lines.line
                tokens.append(columns[0])
                tags.append(columns[-1])
            elif tokens:
                lines.row += 1
                yield Record(lines.row, first, (tokens, tags, intent))
                tokens, tags, intent = [], [], None
        if tokens:
            lines.row += 1
            yield Record(lines.row, first, (tokens, tags, intent))
