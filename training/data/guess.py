"""Guesses from a data file what a config must say of it, and why."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from models.counted import counted
from models.errors import DataError
from models.runtime.manifest import Task
from training.data.columns import label_column as find_label_column
from training.data.columns import require_header
from training.data.columns import text_column as find_text_column
from training.data.labels import is_missing
from training.data.records import column_names, delimiter_of, expected_delimiter, read_columns, require_columns

_ROWS_LOOKED_AT = 100_000
_SEPARATORS = (";", "|", ",")
# Of the cells of several labels; what is rarer may be part of a name.
_LEAST_SEVERAL = 0.05


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
    present = column_names(path)
    # A spreadsheet leaves several columns without a name, and none of them can be asked for.
    names = [name for name in present if present.count(name) == 1]
    rows = [record.values for record in islice(read_columns(path, names), _ROWS_LOOKED_AT)]
    columns = {
        name: [row[place] for row in rows if not is_missing(row[place])] for place, name in enumerate(names)
    }
    reasons: list[str] = []
    require_columns(path, [name for name in (text_column, label_column) if name is not None], names)
    mark = delimiter_of(path)
    if mark is not None and mark != expected_delimiter(path):
        shown = {"\t": "tabs", ",": "commas"}.get(mark, f'"{mark}"')
        reasons.append(f"The columns are separated by {shown}, whatever the file's name says.")
    if text_column is None:
        others = {name: cells for name, cells in columns.items() if name != label_column}
        text_column, why = find_text_column(path, others, len(rows))
        reasons.append(f'The text is in the column "{text_column}": {why}.')
    if label_column is None:
        others = {name: cells for name, cells in columns.items() if name != text_column}
        label_column, why = find_label_column(path, others, len(rows))
        require_header(path, columns, label_column)
        reasons.append(f'The label is in the column "{label_column}": {why}.')
    cells = columns[label_column]
    if task is None:
        task, why = _task(cells)
        reasons.append(f'The task is "{task}": {why}.')
    if task == "classification":
        _require_repeats(path, label_column, cells)
    separator = None
    if task == "multilabel" and not _are_lists(cells):
        separator = _separator(cells) or max(
            _SEPARATORS, key=lambda mark: sum(mark in str(cell) for cell in cells)
        )
        reasons.append(f'The labels of a cell are split at "{separator}", the mark that most of them hold.')
    return Guess(task, text_column, label_column, separator, tuple(reasons))


def _task(cells: Sequence[Any]) -> tuple[Task, str]:
    if _are_lists(cells):
        return "multilabel", "its cells are lists"
    mark = _separator(cells)
    if mark:
        return "multilabel", f'split at "{mark}" its cells share their parts (--task classification keeps them whole)'
    return "classification", "its cells are single values"


def _separator(cells: Sequence[Any]) -> str | None:
    """The mark that makes fewer labels out of more: "a", "b" and "a;b" are two, not three."""
    kinds = {str(cell).strip() for cell in cells}
    for mark in _SEPARATORS:
        parts = {part.strip() for kind in kinds for part in kind.split(mark)} - {""}
        several = sum(mark in str(cell) for cell in cells)
        if several >= _LEAST_SEVERAL * len(cells) and 2 <= len(parts) < len(kinds):
            return mark
    return None


def _require_repeats(path: Path, column: str, cells: Sequence[Any]) -> None:
    kinds = len({str(cell) for cell in cells})
    if kinds > max(2, len(cells) / 2):
        raise DataError(
            f'The column "{column}" of {path} has {kinds} different values in {counted(len(cells), "row")}, too '
            "many to learn; name another with --label-column."
        )


def _are_lists(cells: Sequence[Any]) -> bool:
    return bool(cells) and all(isinstance(cell, list) or _is_json_list(cell) for cell in cells)


def _is_json_list(cell: Any) -> bool:
    if not isinstance(cell, str) or not cell.lstrip().startswith("["):
        return False
    try:
        return isinstance(json.loads(cell), list)
    except (ValueError, RecursionError):
        return False
