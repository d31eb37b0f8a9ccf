"""Rows of CSV, TSV, JSON lines, plain lines and Parquet, each with its place for error messages."""

import csv
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from models.errors import DataError
from models.nearest import nearest
from training.data.delimiter import declared_delimiter, find_delimiter
from training.data.files import Lines, first_lines, format_of, open_lines, require_file

# A field may be a whole book; csv stops at 128 KiB unless told otherwise.
_LONGEST_FIELD = 2**31 - 1
_JSON_ROWS_LOOKED_AT = 1000
_LINES_LOOKED_AT = 200
_PARQUET_BATCH = 4096
LINE_COLUMN = "text"


class Record(NamedTuple):
    """One row of a file.

    Attributes:
        row: number of the data row, from 1; a header is none.
        line: the line it begins on, from 1; ``None`` where the format has no lines.
        values: the values of the columns asked for, in their order; ``None`` where the row has none.
    """

    row: int
    line: int | None
    values: tuple[Any, ...]

    @property
    def place(self) -> str:
        """Where the row stands, for an error message."""
        return f"row {self.row}" if self.line is None else f"row {self.row} (line {self.line})"


def read_columns(path: Path, columns: Sequence[str]) -> Iterator[Record]:
    """Reads some columns of a file, row by row, in bounded memory.

    A ``.txt`` file has the one column "text": its lines. The fields of CSV and TSV are separated by what its
    first rows fit to: comma, semicolon, tab or "|". In JSON lines a row may lack a column as long as
    some row has it.

    Raises:
        DataError: the file is missing, empty, in another format or encoding than its name says, lacks a
            column, or holds a broken row; the row is named.
    """
    match format_of(path):
        case "parquet":
            return _parquet(path, columns)
        case "jsonl":
            return _json_lines(path, columns)
        case "text":
            return _plain_lines(path, columns)
        case "csv" | "tsv":
            return _separated(path, columns)


def column_names(path: Path) -> list[str]:
    """The columns of a file; for JSON lines the keys of its first rows.

    Raises:
        DataError: as for ``read_columns``.
    """
    match format_of(path):
        case "parquet":
            return list(_open_parquet(path).schema_arrow.names)
        case "text":
            return [LINE_COLUMN]
        case "jsonl":
            with open_lines(path) as lines:
                rows = islice(_objects(path, lines), _JSON_ROWS_LOOKED_AT)
                return list(dict.fromkeys(key for _, row in rows for key in row))
        case "csv" | "tsv":
            mark = delimiter_of(path) or ","
            with open_lines(path) as lines:
                return next(_csv_rows(path, lines, mark), (0, []))[1]


def expected_delimiter(path: Path) -> str | None:
    """What the name of a file promises to separate its fields; None of another format than CSV and TSV.

    Raises:
        DataError: its format is not known.
    """
    return {"csv": ",", "tsv": "\t"}.get(format_of(path))


def delimiter_of(path: Path) -> str | None:
    """What separates the fields of a CSV or TSV file; None of another format.

    Raises:
        DataError: the file is missing, or its format not known.
    """
    expected = expected_delimiter(path)
    if expected is None:
        return None
    csv.field_size_limit(_LONGEST_FIELD)
    lines, whole = first_lines(path, _LINES_LOOKED_AT)
    return find_delimiter(lines, expected, whole=whole)


def row_count(path: Path) -> int | None:
    """How many rows a file has, where it says so: Parquet does.

    Raises:
        DataError: it cannot be read.
    """
    return int(_open_parquet(path).metadata.num_rows) if format_of(path) == "parquet" else None


def arrow_types(path: Path) -> dict[str, Any]:
    """The Arrow types of a file's columns, where it has any: Parquet does.

    Raises:
        DataError: it cannot be read.
    """
    if format_of(path) != "parquet":
        return {}
    return {field.name: field.type for field in _open_parquet(path).schema_arrow}


def require_columns(path: Path, columns: Sequence[str], present: Sequence[str]) -> None:
    """Refuses a file that lacks one of ``columns``.

    Raises:
        DataError: naming the column, the nearest one and those there are.
    """
    if not present:
        raise DataError(f"{path} is empty.")
    for name in columns:
        if name not in present:
            close = nearest(name, present)
            question = f', did you mean "{close}"?' if close else "."
            shown = ", ".join(f'"{each[:40]}"' for each in present[:20])
            raise DataError(f'{path} has no column "{name}"{question} Its columns are {shown}.')


def _separated(path: Path, columns: Sequence[str]) -> Iterator[Record]:
    mark = delimiter_of(path) or ","
    with open_lines(path) as lines:
        rows = _csv_rows(path, lines, mark)
        _, header = next(rows, (0, []))
        require_columns(path, columns, header)
        for name in columns:
            if header.count(name) > 1:
                raise DataError(f'{path} has {header.count(name)} columns named "{name}".')
        places = [header.index(name) for name in columns]
        for line, fields in rows:
            lines.row += 1
            if len(fields) != len(header):
                raise DataError(
                    f"{path}, row {lines.row} (line {line}) has {len(fields)} fields, but the header has "
                    f"{len(header)}; a field that holds the separator must stand in double quotes."
                )
            yield Record(lines.row, line, tuple(fields[place] for place in places))


def _csv_rows(path: Path, lines: Lines, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The line a row begins on and its fields, header first; blank lines are no rows."""
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise DataError(
                f"{path}, row {lines.row + 1} (line {line}) is broken: {error}; a quote mark within a quoted "
                "field must be doubled."
            ) from error
        if fields is None:
            return
        if fields and not (line == 1 and declared_delimiter(delimiter.join(fields))):
            yield line, fields


def _json_lines(path: Path, columns: Sequence[str]) -> Iterator[Record]:
    seen: dict[str, None] = {}
    with open_lines(path) as lines:
        for line, row in _objects(path, lines):
            seen.update(dict.fromkeys(row))
            yield Record(lines.row, line, tuple(row.get(name) for name in columns))
    if seen:
        require_columns(path, columns, list(seen))


def _objects(path: Path, lines: Lines) -> Iterator[tuple[int, dict[str, Any]]]:
    """The line and the object of every row; blank lines are no rows."""
    for text in lines:
        if not text.strip():
            continue
        lines.row += 1
        place = f"{path}, row {lines.row} (line {lines.line})"
        try:
            row = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{place} is not JSON: {error}.") from error
        if not isinstance(row, dict):
            raise DataError(f"{place} is not a JSON object; write one object a line.")
        yield lines.line, row


def _plain_lines(path: Path, columns: Sequence[str]) -> Iterator[Record]:
    require_columns(path, columns, [LINE_COLUMN])
    with open_lines(path) as lines:
        for text in lines:
            lines.row += 1
            yield Record(lines.row, lines.line, (text.rstrip("\r\n"),) * len(columns))


def _parquet(path: Path, columns: Sequence[str]) -> Iterator[Record]:
    import pyarrow

    file = _open_parquet(path)
    require_columns(path, columns, list(file.schema_arrow.names))
    row = 0
    try:
        for batch in file.iter_batches(_PARQUET_BATCH, columns=list(dict.fromkeys(columns))):
            for values in zip(*(batch.column(name).to_pylist() for name in columns), strict=True):
                row += 1
                yield Record(row, None, values)
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{path} is broken Parquet after row {row}: {error}.") from error


def _open_parquet(path: Path) -> Any:
    # pyarrow takes a quarter of a second to import; the other formats do without it.
    import pyarrow
    import pyarrow.parquet

    require_file(path)
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty.")
    try:
        return pyarrow.parquet.ParquetFile(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{path} cannot be read as Parquet: {error}.") from error
