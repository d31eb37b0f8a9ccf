"""Guesses from a data file what a config must say of it, and why."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any

from models.errors import DataError
from models.runtime.manifest import Task
from training.data.labels import is_missing
from training.data.records import column_names, read_columns, require_columns

_ROWS_LOOKED_AT = 100_000
_TEXT_NAMES = (
    "text",
    "review",
    "sentence",
    "content",
    "comment",
    "message",
    "body",
    "document",
    "tweet",
    "utterance",
    "question",
    "query",
    "title",
)
_LABEL_NAMES = (
    "label",
    "labels",
    "class",
    "category",
    "sentiment",
    "intent",
    "target",
    "topic",
    "emotion",
    "polarity",
    "rating",
    "stars",
    "tag",
    "tags",
    "y",
)
_SEPARATORS = (",", ";", "|")


@dataclass(frozen=True, slots=True)
class Guess:
    """What a file seems to hold.

    Attributes:
        task, text_column, label_column, separator: as in the config.
        reasons: a sentence for every guess, for a person.
    """

    task: Task
    text_column: str
    label_column: str
    separator: str | None
    reasons: tuple[str, ...]


def guess_layout(
    path: Path, task: Task | None = None, text_column: str | None = None, label_column: str | None = None
) -> Guess:
    """Guesses what is not given.

    Raises:
        DataError: the file cannot be read, lacks a column that is given, or none of its columns looks like
            text or like a label, or its labels hardly ever come again.
    """
    names = list(dict.fromkeys(column_names(path)))
    rows = [record.values for record in islice(read_columns(path, names), _ROWS_LOOKED_AT)]
    columns = {
        name: [row[place] for row in rows if not is_missing(row[place])] for place, name in enumerate(names)
    }
    reasons: list[str] = []
    require_columns(path, [name for name in (text_column, label_column) if name is not None], names)
    if text_column is None:
        text_column, why = _text_column(path, {n: c for n, c in columns.items() if n != label_column})
        reasons.append(f'The text is in the column "{text_column}": {why}.')
    if label_column is None:
        label_column, why = _label_column(path, {n: c for n, c in columns.items() if n != text_column})
        reasons.append(f'The label is in the column "{label_column}": {why}.')
    cells = columns[label_column]
    if task is None:
        task = "multilabel" if _are_lists(cells) else "classification"
        reasons.append(
            f'The task is "{task}": its cells are {"lists" if task == "multilabel" else "single values"}.'
        )
    if task == "classification":
        _require_repeats(path, label_column, cells)
    separator = None
    if task == "multilabel" and not _are_lists(cells):
        separator = max(_SEPARATORS, key=lambda mark: sum(mark in str(cell) for cell in cells))
        reasons.append(f'The labels of a cell are split at "{separator}", the mark that most of them hold.')
    return Guess(task, text_column, label_column, separator, tuple(reasons))


def _require_repeats(path: Path, column: str, cells: Sequence[Any]) -> None:
    kinds = len({str(cell) for cell in cells})
    if kinds > max(2, len(cells) / 2):
        raise DataError(
            f'The column "{column}" of {path} has {kinds} different values in {len(cells)} rows, too many to '
            "learn; name another with --label-column."
        )


def _text_column(path: Path, columns: Mapping[str, Sequence[Any]]) -> tuple[str, str]:
    strings = {
        name: cells
        for name, cells in columns.items()
        if cells and all(isinstance(cell, str) for cell in cells)
    }
    named = _named(strings, _TEXT_NAMES)
    if named:
        return named, "by its name"
    if not strings:
        raise DataError(f"{path} has no column of texts; its columns are {', '.join(columns) or 'none'}.")
    lengths = {name: fmean(map(len, cells)) for name, cells in strings.items()}
    longest = max(lengths, key=lambda name: lengths[name])
    return longest, f"its strings are the longest, {lengths[longest]:.0f} characters on average"


def _label_column(path: Path, columns: Mapping[str, Sequence[Any]]) -> tuple[str, str]:
    named = _named(columns, _LABEL_NAMES)
    if named:
        return named, "by its name"
    kinds = {name: len({str(cell) for cell in cells}) for name, cells in columns.items()}
    # A label comes again and again; an identifier, a date or another text does not.
    likely = {name: count for name, count in kinds.items() if 2 <= count <= len(columns[name]) / 2}
    if not likely:
        raise DataError(
            f"No column of {path} looks like a label (a few values that come again and again); name one with "
            f"--label-column. Its other columns are {', '.join(columns) or 'none'}."
        )
    fewest = min(likely, key=lambda name: likely[name])
    return fewest, f"it has the fewest different values, {likely[fewest]}"


def _named(columns: Mapping[str, Sequence[Any]], known: Sequence[str]) -> str | None:
    """The column with the first of the known names, whatever its case."""
    filled = [name for name, cells in columns.items() if cells]
    return next((name for wanted in known for name in filled if name.strip().lower() == wanted), None)


def _are_strings(cells: Sequence[Any]) -> bool:
    return all(isinstance(cell, str) for cell in cells)


def _are_lists(cells: Sequence[Any]) -> bool:
    return bool(cells) and all(isinstance(cell, list) or _is_json_list(cell) for cell in cells)


def _is_json_list(cell: Any) -> bool:
    if not isinstance(cell, str) or not cell.lstrip().startswith("["):
        return False
    try:
        return isinstance(json.loads(cell), list)
    except (ValueError, RecursionError):
        return False
