"""Writes the code-point table from Python's Unicode database: ``python -m models.text.make_table``.

The table is data, kept in the repository: a newer Python must not change what a saved model reads.
"""

import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from models.errors import EngramError
from models.text.table import CODE_POINTS, PATH, CodeClass

UNICODE_VERSION = "14.0.0"

# Quotes that are typed for one another; "don’t", "don´t" and "don't" are one word.
QUOTES = {**dict.fromkeys(map(ord, "`´ʼ‘’‛"), ord("'")), **dict.fromkeys(map(ord, "“”‟"), ord('"'))}
# Apostrophe, Catalan middle dot, Hebrew geresh and gershayim.
WORD_JOINERS = frozenset("'·׳״")
# ASCII, then the Arabic decimal and thousands separators.
NUMBER_JOINERS = frozenset(".,/:٫٬")
# Format characters that are drawn: signs over or before a number, a verse or an abbreviation.
DRAWN_FORMATS = frozenset([*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD])
# Letters and marks that draw nothing: joiners, fillers and variation selectors.
INVISIBLE = frozenset(
    [
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    ]
)
ZERO_WIDTH_SPACE = 0x200B
# The runs worth a line of their own: (step of the code points, step of their targets).
RUNS = frozenset([(1, 1), (2, 2), (1, 0)])
# Iteration marks and numerals; then the blocks of ideographs and the two planes reserved for them.
HAN = (
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3038, 0x303B),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2FFFD),
    (0x30000, 0x3FFFD),
)


def fold(code: int) -> int:
    """The plain form of a code point: full and half width, quotes, lone surrogates."""
    if 0xD800 <= code <= 0xDFFF:
        return 0xFFFD
    kind, _, rest = unicodedata.decomposition(chr(code)).partition(" ")
    plain = int(rest, 16) if kind in ("<wide>", "<narrow>") else code
    return QUOTES.get(plain, plain)


def lower(code: int) -> int:
    """The lower-case form of a folded code point, one to one."""
    # The only letter whose full mapping is longer than one code point; its simple mapping is "i".
    return ord("i") if code == 0x130 else ord(chr(code).lower())


def class_of(code: int) -> CodeClass:
    """The class of a code point before folding."""
    if code in INVISIBLE:
        return CodeClass.IGNORED
    plain = fold(code)
    character, category = chr(plain), unicodedata.category(chr(plain))
    if character in WORD_JOINERS:
        return CodeClass.WORD_JOINER
    if character in NUMBER_JOINERS:
        return CodeClass.NUMBER_JOINER
    if any(first <= plain <= last for first, last in HAN):
        return CodeClass.HAN
    if category[0] == "Z" or category == "Cc" or plain == ZERO_WIDTH_SPACE:
        return CodeClass.SEPARATOR
    if category == "Cf" and plain not in DRAWN_FORMATS:
        return CodeClass.IGNORED
    if category == "Nd":
        return CodeClass.DIGIT
    return CodeClass.LETTER if category[0] in "LMN" else CodeClass.MARK


def _class_lines() -> Iterator[str]:
    code = 0
    for code_class, run in groupby(map(class_of, range(CODE_POINTS))):
        first, code = code, code + sum(1 for _ in run)
        if code_class is not CodeClass.MARK:
            yield f"class {_span(first, code - 1)} {code_class.name}"


def _mapping_lines(kind: str, mapping: Mapping[int, int]) -> Iterator[str]:
    """One line a run, as ``models.text.table.parse_table`` reads them."""
    codes = sorted(mapping)
    while codes:
        first, steps = codes[0], (1, 1)
        if len(codes) > 1:
            steps = (codes[1] - first, mapping[codes[1]] - mapping[first])
        length = 1
        if steps in RUNS:
            while length < len(codes) and steps == (
                codes[length] - codes[length - 1],
                mapping[codes[length]] - mapping[codes[length - 1]],
            ):
                length += 1
        source, target = _span(first, codes[length - 1]), f"{mapping[first]:04X}"
        if length > 1 and steps != (1, 1):
            source, target = f"{source}/{steps[0]}", f"{target}/{steps[1]}"
        yield f"{kind} {source} {target}"
        del codes[:length]


def _span(first: int, last: int) -> str:
    return f"{first:04X}" if first == last else f"{first:04X}..{last:04X}"


def _changed(function: Callable[[int], int]) -> dict[int, int]:
    return {code: function(code) for code in range(CODE_POINTS) if function(code) != code}


def table_text() -> str:
    """The content of the table file.

    Raises:
        EngramError: this Python has another Unicode version than the pinned one.
    """
    if unicodedata.unidata_version != UNICODE_VERSION:
        raise EngramError(
            f"The table needs Unicode {UNICODE_VERSION}, this Python has {unicodedata.unidata_version}."
        )
    lines = [
        f"# Unicode {UNICODE_VERSION}. Written by python -m models.text.make_table; do not edit.",
        "# class CODES CLASS: a code point without a line is a MARK.",
        "# fold CODES TARGETS, then lower CODES TARGETS: 0100..012E/2 is every second code point up to 012E;",
        "# targets start at TARGET and go on by its step; steps are 1 where none is given.",
        *_class_lines(),
        *_mapping_lines("fold", _changed(fold)),
        *_mapping_lines("lower", _changed(lower)),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    try:
        PATH.write_text(table_text(), encoding="ascii", newline="\n")
    except EngramError as error:
        sys.exit(str(error))
