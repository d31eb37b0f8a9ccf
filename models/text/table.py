"""The code-point table: the class, plain form and lower-case form of every code point."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import numpy as np

CODE_POINTS = 0x110000
PATH = Path(__file__).with_name("code_points.txt")


class CodeClass(StrEnum):
    """What a code point does in a text; the value is its letter in a string of classes."""

    LETTER = "L"  # letters, their combining marks, numbers that are no digits
    DIGIT = "D"
    WORD_JOINER = "W"  # joins between letters and digits: don't
    NUMBER_JOINER = "N"  # joins between two digits: 8/10, 3:00, 1,000.5
    MARK = "M"  # punctuation, symbols, emoji, unassigned: a token of its own
    HAN = "H"  # ideographs
    SEPARATOR = "S"  # spaces, line breaks, controls
    IGNORED = "I"  # as if absent: soft hyphen, joiners, byte order mark, variation selectors


@dataclass(frozen=True, slots=True)
class Table:
    """Three strings of ``CODE_POINTS`` characters, indexed by code point.

    Attributes:
        classes: the letter of its ``CodeClass``.
        folded: its plain form: full and half width, quotes, lone surrogates.
        lowered: the lower-case form of its plain form.
    """

    classes: str
    folded: str
    lowered: str


@cache
def load_table() -> Table:
    """The table of ``code_points.txt``, read once."""
    return parse_table(PATH.read_text(encoding="ascii"))


@cache
def table_hash() -> str:
    """SHA-256 of the table, in hexadecimal: two equal hashes read every string alike."""
    table = load_table()
    digest = hashlib.sha256()
    for part in (table.classes, table.folded, table.lowered):
        digest.update(part.encode("utf-32-le"))
    return digest.hexdigest()


def parse_table(text: str) -> Table:
    """Reads the lines that ``models.text.make_table`` writes; its first lines explain them."""
    classes = bytearray(CodeClass.MARK.encode() * CODE_POINTS)
    mappings: dict[str, dict[int, int]] = {"fold": {}, "lower": {}}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        kind, codes, value = line.split(" ")
        if kind == "class":
            first, last, _ = _progression(codes)
            classes[first : last + 1] = CodeClass[value].encode() * (last + 1 - first)
        else:
            first, last, step = _progression(codes)
            target, _, target_step = _progression(value)
            for nth, code in enumerate(range(first, last + 1, step)):
                mappings[kind][code] = target + nth * target_step
    fold, lower = mappings["fold"], mappings["lower"]
    lowered = lower | {code: lower.get(plain, plain) for code, plain in fold.items()}
    return Table(classes.decode("ascii"), _apply(fold), _apply(lowered))


def _progression(words: str) -> tuple[int, int, int]:
    """First, last and step of ``0100..012E/2``, ``0041..005A`` or ``3000``."""
    codes, _, step = words.partition("/")
    first, _, last = codes.partition("..")
    return int(first, 16), int(last or first, 16), int(step or "1")


def _apply(mapping: Mapping[int, int]) -> str:
    codes = np.arange(CODE_POINTS, dtype="<u4")
    codes[list(mapping)] = list(mapping.values())
    return codes.tobytes().decode("utf-32-le", "surrogatepass")
