"""How answered rows are written: JSON lines, CSV, TSV (each also gzip) and Parquet.

A process turns the rows of a chunk into bytes; the bytes of many chunks, in order, are a part; ``join`` makes
one file of all parts.
"""

import csv
import gzip
import io
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from pydantic_core import PydanticSerializationError, to_json

from models.errors import InputError
from training.data.files import format_of

Values = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns: the row number, what is kept of the input, and the answer.

    ``arrow_types`` holds the Arrow types of kept columns that come from Parquet.
    """

    kept: tuple[str, ...]
    answer: tuple[str, ...]
    arrow_types: Mapping[str, Any]

    @property
    def names(self) -> list[str]:
        """All of them, in order."""
        return ["row", *self.kept, *self.answer]


class Format(Protocol):
    """One way to write rows."""

    def encode(self, columns: Columns, rows: Iterable[Values]) -> bytes:
        """Some rows, each with a value for every column."""

    def join(self, columns: Columns, parts: Sequence[Path], target: BinaryIO) -> None:
        """Writes the file that all parts together are."""


def output_format(path: Path) -> Format:
    """The format a file's name promises.

    Raises:
        InputError: rows cannot be written that way.
    """
    compress = path.suffix.lower() == ".gz"
    match format_of(path):
        case "jsonl":
            return JsonLines(compress)
        case "csv":
            return Separated(",", compress)
        case "tsv":
            return Separated("\t", compress)
        case "parquet":
            return Parquet()
        case "text":
            raise InputError(
                f"{path} cannot hold answers: a .txt file has one column; use .jsonl, .csv, .tsv or .parquet."
            )


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One object a line."""

    compress: bool

    def encode(self, columns: Columns, rows: Iterable[Values]) -> bytes:
        """See :class:`Format`."""
        names = columns.names
        lines = b"".join([_json(dict(zip(names, row, strict=True))) + b"\n" for row in rows])
        return _compressed(lines) if self.compress else lines

    def join(self, columns: Columns, parts: Sequence[Path], target: BinaryIO) -> None:
        """See :class:`Format`."""
        _append(parts, target)


@dataclass(frozen=True, slots=True)
class Separated:
    """A header and one row a line; lists and objects are JSON within a field, a missing value is empty."""

    delimiter: str
    compress: bool

    def encode(self, columns: Columns, rows: Iterable[Values]) -> bytes:
        """See :class:`Format`."""
        lines = self._lines([_field(value) for value in row] for row in rows)
        return _compressed(lines) if self.compress else lines

    def join(self, columns: Columns, parts: Sequence[Path], target: BinaryIO) -> None:
        """See :class:`Format`."""
        header = self._lines([columns.names])
        target.write(_compressed(header) if self.compress else header)
        _append(parts, target)

    def _lines(self, rows: Iterable[Iterable[str | int | float]]) -> bytes:
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter, lineterminator="\n").writerows(rows)
        return text.getvalue().encode()


@dataclass(frozen=True, slots=True)
class Parquet:
    """Typed columns. In the parts a chunk is an Arrow stream."""

    def encode(self, columns: Columns, rows: Iterable[Values]) -> bytes:
        """See :class:`Format`."""
        import pyarrow

        schema = _schema(columns)
        arrays = [
            pyarrow.array([_arrow(value, field.type) for value in values], field.type)
            for values, field in zip(zip(*rows, strict=True), schema, strict=True)
        ]
        sink = pyarrow.BufferOutputStream()
        with pyarrow.ipc.new_stream(sink, schema) as stream:
            stream.write_batch(pyarrow.record_batch(arrays, schema=schema))
        return bytes(sink.getvalue())

    def join(self, columns: Columns, parts: Sequence[Path], target: BinaryIO) -> None:
        """See :class:`Format`. Each part becomes a row group."""
        import pyarrow
        import pyarrow.parquet

        with pyarrow.parquet.ParquetWriter(target, _schema(columns)) as writer:
            for part in parts:
                with pyarrow.OSFile(str(part)) as source:
                    writer.write_table(pyarrow.Table.from_batches(_batches(source)))


def _batches(source: Any) -> Iterator[Any]:
    """The record batches of streams that stand one behind the other."""
    import pyarrow

    while source.tell() < source.size():
        yield from pyarrow.ipc.open_stream(source)


def _schema(columns: Columns) -> Any:
    import pyarrow

    text = pyarrow.string()
    # What a task answers beyond these is JSON in a string.
    types = {
        "row": pyarrow.int64(),
        "label": text,
        "confidence": pyarrow.float64(),
        "margin": pyarrow.float64(),
        "abstained": pyarrow.bool_(),
        "labels": pyarrow.list_(pyarrow.struct([("label", text), ("confidence", pyarrow.float64())])),
        "probabilities": pyarrow.map_(text, pyarrow.float64()),
        "tokens": pyarrow.int64(),
        "unknown_tokens": pyarrow.list_(text),
        "truncated": pyarrow.bool_(),
    }
    kept = {name: columns.arrow_types.get(name, text) for name in columns.kept}
    types |= kept
    return pyarrow.schema([(name, types.get(name, text)) for name in columns.names])


def _arrow(value: Any, wanted: Any) -> Any:
    import pyarrow

    if pyarrow.types.is_map(wanted) and isinstance(value, dict):
        return list(value.items())
    if wanted == pyarrow.string() and value is not None:
        return value if isinstance(value, str) else _json(value).decode()
    return value


# The csv module writes these as they should be, and faster than anybody else.
_PLAIN = (str, int, float)


def _field(value: Any) -> str | int | float:
    if type(value) in _PLAIN:
        plain: str | int | float = value
        return plain
    return "" if value is None else _json(value).decode()


def _json(value: Any) -> bytes:
    try:
        return to_json(value, inf_nan_mode="null", fallback=str)
    except PydanticSerializationError:  # a lone surrogate within a nested value
        return json.dumps(value, default=str).encode()


def _compressed(data: bytes) -> bytes:
    # Members of gzip that stand one behind the other are one file.
    return gzip.compress(data, compresslevel=6, mtime=0)


def _append(parts: Sequence[Path], target: BinaryIO) -> None:
    for part in parts:
        with part.open("rb") as source:
            shutil.copyfileobj(source, target, 2**20)
