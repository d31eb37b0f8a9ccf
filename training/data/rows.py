"""Labelled rows, and how a file's columns become them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import DataError
from models.runtime.manifest import Task
from models.text.plain import make_valid
from training.config import Config
from training.data.labels import is_missing, many_labels, renamed, single_label
from training.data.records import read_columns

NO_TEXT = "no text"
NO_LABEL = "no label"


@dataclass(frozen=True, slots=True)
class Rows:
    """Labelled texts, one tuple a column.

    Attributes:
        texts: as they stand in the file.
        labels: the label names of each row: one for classification, any number, sorted, for multilabel.
        slices: the value of the slice column of each row; ``None`` without one.
        numbers: the number of each row in its file, from 1; a header is none. Empty where there is no file.
    """

    texts: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    slices: tuple[str | None, ...]
    numbers: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, indices: Sequence[int]) -> "Rows":
        """The rows at ``indices``, in that order."""
        return Rows(
            tuple(self.texts[i] for i in indices),
            tuple(self.labels[i] for i in indices),
            tuple(self.slices[i] for i in indices),
            tuple(self.numbers[i] for i in indices) if self.numbers else (),
        )


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns of a file hold what. Attributes as in the config's ``[data]``."""

    task: Task = "classification"
    text_column: str = "text"
    label_column: str = "label"
    label_names: Mapping[str, str] | None = None
    separator: str | None = None
    slice_column: str | None = None

    @classmethod
    def of(cls, config: Config, *, slices: bool = True) -> "Layout":
        """The layout a config describes, with its slice column or without."""
        data = config.data
        return cls(
            config.task,
            data.text_column,
            data.label_column,
            data.label_names,
            data.separator,
            data.slice_column if slices else None,
        )

    @property
    def columns(self) -> list[str]:
        """The columns to read: text, label and, where there is one, slice."""
        return [self.text_column, self.label_column, *([self.slice_column] if self.slice_column else [])]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file gave: its usable rows, and the number of the others by reason."""

    rows: Rows
    skipped: Mapping[str, int]


def read_rows(path: Path, layout: Layout) -> Reading:
    """Reads a labelled file. Rows without text or label are skipped and counted.

    Raises:
        DataError: the file cannot be read, holds a broken row, which is named, or no usable row.
    """
    texts: list[str] = []
    labels: list[tuple[str, ...]] = []
    slices: list[str | None] = []
    numbers: list[int] = []
    skipped: Counter[str] = Counter()
    for record in read_columns(path, layout.columns):
        try:
            text = _text(record.values[0], layout.text_column)
            found = _labels(record.values[1], layout)
        except DataError as error:
            raise DataError(f"{path}, {record.place}: {error}.") from error
        if text is None or found is None:
            skipped[NO_TEXT if text is None else NO_LABEL] += 1
            continue
        texts.append(text)
        labels.append(found)
        slices.append(_slice(record.values[2]) if layout.slice_column else None)
        numbers.append(record.row)
    if not texts:
        raise DataError(f"{path} holds no row with text and label{_reasons(skipped)}.")
    rows = Rows(tuple(texts), tuple(labels), tuple(slices), tuple(numbers))
    return Reading(rows, dict(sorted(skipped.items())))


def read_texts(path: Path, text_column: str = "text") -> Iterator[str]:
    """Reads texts without labels, one at a time: a column, or the lines of a ``.txt`` file.

    Rows without text are left out.

    Raises:
        DataError: the file cannot be read or holds a broken row, which is named.
    """
    for record in read_columns(path, [text_column]):
        try:
            text = _text(record.values[0], text_column)
        except DataError as error:
            raise DataError(f"{path}, {record.place}: {error}.") from error
        if text is not None:
            yield text


def _text(value: Any, column: str) -> str | None:
    if is_missing(value):
        return None
    if not isinstance(value, str):
        raise DataError(f'the column "{column}" holds {type(value).__name__} {value!r:.60}, not a string')
    return value


def _labels(value: Any, layout: Layout) -> tuple[str, ...] | None:
    multilabel = layout.task == "multilabel"
    found = many_labels(value, layout.separator) if multilabel else single_label(value)
    return None if found is None else renamed(tuple(map(make_valid, found)), layout.label_names)


def _slice(value: Any) -> str | None:
    return None if is_missing(value) else make_valid(str(value))


def _reasons(skipped: Mapping[str, int]) -> str:
    counts = ", ".join(f"{reason}: {count}" for reason, count in sorted(skipped.items()))
    return f" ({counts})" if counts else ""
