"""What stands between the fields of a CSV file: spreadsheets write several marks under the same name."""

import csv
from collections.abc import Sequence

_MARKS = (",", ";", "\t", "|")
_DECLARED = "sep="


def find_delimiter(lines: Sequence[str], expected: str, *, whole: bool) -> str:
    """The mark at which all rows have the same number of fields, two or more.

    Where there is none, a row is broken: then the one that the header holds.

    Args:
        lines: the first of the file, with their line breaks.
        expected: by the file's name; stays where it fits, or nothing does.
        whole: the file has no more lines; else the last row may be cut.
    """
    if lines and (declared := declared_delimiter(lines[0])):
        return declared
    in_header = {expected: 0}
    for mark in dict.fromkeys((expected, *_MARKS)):
        counts = _field_counts(lines, mark)
        counts = counts if whole else counts[:-1]
        if counts and counts[0] > 1:
            if len(set(counts)) == 1:
                return mark
            in_header[mark] = counts[0]
    return max(in_header, key=lambda mark: in_header[mark])


def declared_delimiter(line: str) -> str | None:
    """The mark of a first line ``sep=;``, which Excel writes and reads and which is no row."""
    head, _, mark = line.rstrip("\r\n").partition(_DECLARED)
    return mark if not head and len(mark) == 1 else None


def _field_counts(lines: Sequence[str], mark: str) -> list[int]:
    try:
        return [len(fields) for fields in csv.reader(lines, delimiter=mark) if fields]
    except csv.Error:
        return []
