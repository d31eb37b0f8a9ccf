"""Which column of a file holds the texts, and which the labels: by its name, else by what stands in it."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from models.errors import DataError
from training.data.labels import folded

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
    "kommentar",
    "freitext",
    "nachricht",
    "rezension",
    "bewertungstext",
    "commentaire",
    "avis",
    "texte",
    "comentario",
    "texto",
    "评论",
    "文本",
    "内容",
    "正文",
    "句子",
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
    "score",
    "grade",
    "topics",
    "mood",
    "feeling",
    "opinion",
    "verdict",
    "satisfaction",
    "kategorie",
    "klasse",
    "bewertung",
    "stimmung",
    "urteil",
    "note",
    "thema",
    "catégorie",
    "étiquette",
    "etiqueta",
    "categoría",
    "标签",
    "类别",
    "分类",
    "情感",
    "评分",
)
# Beside a known name they make it another thing: review_id, comment_date, label_source.
_NOT_ITSELF = frozenset(
    "id uid uuid key date time timestamp created updated count length len url link lang language source user "
    "author number nr no index".split()
)
_CELLS_LOOKED_AT = 1_000
# Two words of letters, or a letter of a script that writes no spaces.
_PROSE = re.compile(r"[^\W\d_]{2,}[^\w\s]*\s+[^\w\s]*[^\W\d_]{2,}|[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
# Names of this script are written without spaces between their words.
_HAN = re.compile(r"[\u3400-\u9fff]")
_LEAST_PROSE = 0.3
_MOST_NAMED = 3

Columns = Mapping[str, Sequence[Any]]
"""The filled cells of each column."""


def text_column(path: Path, columns: Columns, rows: int) -> tuple[str, str]:
    """The column with the texts, and why.

    Args:
        path: the file, for errors.
        columns: those that come into question.
        rows: how many the file has.

    Raises:
        DataError: none holds strings.
    """
    strings = {
        name: cells
        for name, cells in columns.items()
        if cells and all(isinstance(cell, str) for cell in cells)
    }
    if not strings:
        raise DataError(f"{path} has no column of texts; its columns are {_listed(columns)}.")
    if named := _named_exactly(strings, _TEXT_NAMES):
        return named, "by its name"
    # Neither an identifier nor an address, however long it is, nor a remark that hardly any row has.
    written = {name: cells for name, cells in strings.items() if _is_prose(cells) and 2 * len(cells) >= rows}
    if named := _named_partly(written, _TEXT_NAMES):
        return named, "by its name"
    lengths = {name: fmean(map(len, cells)) for name, cells in (written or strings).items()}
    longest = max(lengths, key=lambda name: lengths[name])
    others = sorted(set(lengths) - {longest}, key=lambda name: -lengths[name])
    return longest, (
        f"its strings are the longest, {lengths[longest]:.0f} characters on average"
        + _or_else(others, "--text-column")
    )


def label_column(path: Path, columns: Columns, rows: int) -> tuple[str, str]:
    """The column with the labels, and why. Args as for ``text_column``.

    Raises:
        DataError: no column has values that come again and again.
    """
    filled = {name: cells for name, cells in columns.items() if cells}
    if named := _named_exactly(filled, _LABEL_NAMES):
        return named, "by its name"
    kinds = {name: len({folded(str(cell)) for cell in cells}) for name, cells in filled.items()}
    # A label comes again and again; an identifier, a date or another text does not. Most rows have one.
    likely = {
        name: count
        for name, count in kinds.items()
        if 2 <= count <= len(filled[name]) / 2 and 2 * len(filled[name]) >= rows
    }
    if not likely:
        raise DataError(
            f"No column of {path} looks like a label (a few values that come again and again); name one with "
            f"--label-column. Its other columns are {_listed(columns)}."
        )
    if named := _named_partly({name: filled[name] for name in likely}, _LABEL_NAMES):
        return named, "by its name"
    fewest = min(likely, key=lambda name: likely[name])
    others = sorted(set(likely) - {fewest}, key=lambda name: likely[name])
    return fewest, f"it has the fewest different values, {likely[fewest]}" + _or_else(others, "--label-column")


def require_header(path: Path, columns: Columns, label: str) -> None:
    """Refuses a file whose first row seems to hold data: what names the label column stands in it too.

    Raises:
        DataError: it does.
    """
    if label.strip() in {str(cell).strip() for cell in columns[label]}:
        shown = ", ".join(f'"{name[:40]}"' for name in columns)
        raise DataError(
            f"{path} seems to have no header: its first row is {shown}, and {label[:40]!r} is also a value below "
            "it; put a row with the names of the columns first, such as text,label."
        )


def _named_exactly(columns: Columns, known: Sequence[str]) -> str | None:
    """The column with the first of the known names, whatever its case."""
    return next((name for wanted in known for name in columns if name.strip().casefold() == wanted), None)


def _named_partly(columns: Columns, known: Sequence[str]) -> str | None:
    """The column whose name holds the first of the known names as a word: "Review Text", "评论内容"."""
    words = {name: _words(name) for name in columns}
    for wanted in known:
        for name, found in words.items():
            if wanted in found or (_HAN.match(wanted) and any(wanted in word for word in found)):
                return name
    return None


def _words(name: str) -> frozenset[str]:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    found = frozenset(re.findall(r"[^\W\d_]+", apart.casefold()))
    return frozenset() if found & _NOT_ITSELF else found


def _is_prose(cells: Sequence[str]) -> bool:
    some = cells[:: -(-len(cells) // _CELLS_LOOKED_AT)]
    return sum(bool(_PROSE.search(cell)) for cell in some) >= _LEAST_PROSE * len(some)


def _or_else(others: Sequence[str], option: str) -> str:
    return f" ({option} takes another: {_listed(others[:_MOST_NAMED])})" if others else ""


def _listed(names: Sequence[str] | Columns) -> str:
    return ", ".join(f'"{name[:40]}"' for name in names) or "none"
