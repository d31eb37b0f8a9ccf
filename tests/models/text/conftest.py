"""Texts with their tokens, for both implementations."""

import pytest

Known = tuple[str, list[tuple[str, int, int]]]

# Text -> (token, start, end), for the default rule: words, lower case.
KNOWN: dict[str, Known] = {
    "empty": ("", []),
    "only separators": (" \t\r\n\x00\u3000\u2028\u00a0\u200b", []),
    "words and marks": (
        "Good, isn't it?",
        [("good", 0, 4), (",", 4, 5), ("isn't", 6, 11), ("it", 12, 14), ("?", 14, 15)],
    ),
    "curly apostrophe": ("Don’t", [("don't", 0, 5)]),
    "loose apostrophes": ("'tis dogs'", [("'", 0, 1), ("tis", 1, 4), ("dogs", 5, 9), ("'", 9, 10)]),
    "two apostrophes": ("a''b", [("a", 0, 1), ("'", 1, 2), ("'", 2, 3), ("b", 3, 4)]),
    "numbers": (
        "8/10 3:00 1,000.5 v2.0",
        [("8/10", 0, 4), ("3:00", 5, 9), ("1,000.5", 10, 17), ("v2.0", 18, 22)],
    ),
    "number joiner between letters": (
        "a.b 1.b",
        [("a", 0, 1), (".", 1, 2), ("b", 2, 3), ("1", 4, 5), (".", 5, 6), ("b", 6, 7)],
    ),
    "two number joiners": ("1..2", [("1", 0, 1), (".", 1, 2), (".", 2, 3), ("2", 3, 4)]),
    "hyphen and underscore": (
        "well-made a_b",
        [("well", 0, 4), ("-", 4, 5), ("made", 5, 9), ("a", 10, 11), ("_", 11, 12), ("b", 12, 13)],
    ),
    "html": ("<br />", [("<", 0, 1), ("br", 1, 3), ("/", 4, 5), (">", 5, 6)]),
    "full width": ("ＡＢ　８／１０", [("ab", 0, 2), ("8/10", 3, 7)]),
    "half-width kana": ("ｶﾞ", [("カ\u3099", 0, 2)]),
    "Chinese": ("酒店很好。", [("酒", 0, 1), ("店", 1, 2), ("很", 2, 3), ("好", 3, 4), ("。", 4, 5)]),
    "Chinese in a word": ("A好b", [("a", 0, 1), ("好", 1, 2), ("b", 2, 3)]),
    "ideographs of a later block": ("\U00030123\U00031350", [("\U00030123", 0, 1), ("\U00031350", 1, 2)]),
    "Russian and Greek": ("ДОМ ΟΔΟΣ", [("дом", 0, 3), ("οδοσ", 4, 8)]),
    "Arabic": ("كتاب ٣٫١٤؟", [("كتاب", 0, 4), ("٣٫١٤", 5, 9), ("؟", 9, 10)]),
    "dotted capital I": ("İx", [("ix", 0, 2)]),
    "sharp s": ("STRAẞE", [("straße", 0, 6)]),
    "combining marks": ("e\u0301te\u0301", [("e\u0301te\u0301", 0, 5)]),
    "astral letters": ("𐐀𐐁", [("𐐨𐐩", 0, 2)]),
    "ignored": ("\ufeffco\u00adope\u200drate\ufe0f", [("cooperate", 1, 12)]),
    "ignored beside joiners": ("don\u200d’\u00adt", [("don't", 0, 7)]),
    "zero-width space": ("a\u200bb", [("a", 0, 1), ("b", 2, 3)]),
    "emoji": ("👍🏽👨\u200d👩", [("👍", 0, 1), ("🏽", 1, 2), ("👨", 2, 3), ("👩", 4, 5)]),
    "private use, noncharacter": ("a\ue000\uffff", [("a", 0, 1), ("\ue000", 1, 2), ("\uffff", 2, 3)]),
    "lone surrogates": ("a\ud800\udc00b", [("a", 0, 1), ("\ufffd", 1, 2), ("\ufffd", 2, 3), ("b", 3, 4)]),
    "special tokens": ("[PAD]", [("[", 0, 1), ("pad", 1, 4), ("]", 4, 5)]),
    "NUL inside": ("a\x00B", [("a", 0, 1), ("b", 2, 3)]),
}


@pytest.fixture(params=KNOWN.values(), ids=KNOWN.keys())
def known(request: pytest.FixtureRequest) -> Known:
    """A text and its tokens with their places."""
    answer: Known = request.param
    return answer
