"""What stands in a label cell, as label names."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from models.errors import DataError
from models.nearest import nearest


def is_missing(value: Any) -> bool:
    """Whether a cell holds nothing: null, not-a-number or only white space."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, float) and math.isnan(value))


def single_label(value: Any) -> tuple[str, ...] | None:
    """The one label of a classification row; ``None`` where the cell holds nothing.

    Raises:
        DataError: the value is neither a string, a number nor a truth value.
    """
    return None if is_missing(value) else (_as_name(value),)


def many_labels(value: Any, separator: str | None) -> tuple[str, ...] | None:
    """The labels of a multilabel row, sorted; ``None`` where the cell holds nothing.

    A list is taken as it is, be it JSON in a string: its labels may hold the separator. An explicit empty list
    is a row to which no label applies. Any other string is split at every separator.

    Raises:
        DataError: the value is no list, and no string that is one or can be split; or quote marks are to keep
            a label together that holds the separator.
    """
    if is_missing(value):
        return None
    if isinstance(value, str):
        value = _listed(value.strip(), separator)
    if not isinstance(value, list | tuple):
        raise DataError(f"the labels {_shown(value)} are neither a list nor a string")
    names = {_as_name(each) for each in value if not is_missing(each)}
    return tuple(sorted(names)) if names or not value else None


def renamed(labels: tuple[str, ...], names: Mapping[str, str] | None) -> tuple[str, ...]:
    """The labels under the names the config gives them; one that is such a name already stays.

    Raises:
        DataError: a label has no name.
    """
    if names is None:
        return labels
    for label in labels:
        if label not in names and label not in names.values():
            near = nearest(label, names)
            question = f'; did you mean "{near}"?' if near else ""
            raise DataError(
                f'the label "{label}" is not in data.label_names, which names {", ".join(names)}{question}'
            )
    return tuple(sorted({names.get(label, label) for label in labels}))


def _listed(text: str, separator: str | None) -> list[Any]:
    try:
        parsed = json.loads(text) if text.startswith("[") else None
    except (ValueError, RecursionError):
        parsed = None
    if isinstance(parsed, list):
        return parsed
    if separator is None:
        raise DataError(
            f"the labels {_shown(text)} are not a JSON list; write one, or set data.separator to what stands "
            "between the labels"
        )
    mark = re.escape(separator)
    if torn := re.search(rf'(?:^|{mark})\s*("[^"]*{mark}[^"]*")\s*(?:{mark}|$)', text):
        raise DataError(
            f"the label {_shown(torn[1][1:-1])} stands in quote marks and holds the separator {separator!r}, at "
            "which labels are split; write the labels of this row as a JSON list, or set data.separator to a mark "
            "that no label holds"
        )
    return text.split(separator)


def _as_name(value: Any) -> str:
    """A label as a string: 1, 1.0 and "1" are one label; truth values are written as in JSON."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() else str(value)
    raise DataError(f"the label {_shown(value)} is neither a string, a number nor a truth value")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def folded(label: str) -> str:
    """What a person reads as the same label, whatever its case and spaces."""
    return " ".join(label.casefold().split())
