"""Texts as counts of n-grams, for linear models.

A gram is known by a number: the number of the gram without its last token, times the number of tokens, plus
that token. So counting is sorting of integers, several times as fast as counting strings.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import DataError
from models.text.plain import PlainText
from models.text.spec import TextRule, Unit

Integers = npt.NDArray[np.int64]

_UNKNOWN = -1
# Longer "words" than this on average, and the script has no spaces between them (Thai, kana).
_LONGEST_MEAN = 12.0
_TEXTS_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class TokenRows:
    """Texts as token numbers, one behind the other.

    Attributes:
        tokens: number of each token, -1 for an unknown one, [tokens].
        text: which text each token stands in, ascending, [tokens].
        count: how many texts there are.
    """

    tokens: Integers
    text: Integers
    count: int


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams that are counted, from single tokens on.

    Attributes:
        rule: how a text becomes tokens.
        tokens: the known tokens; a token's number is its place, and its feature's.
        keys: for pairs, triples, ... the known grams as sorted numbers; features go on from the tokens'.
    """

    rule: TextRule
    tokens: tuple[str, ...]
    keys: tuple[Integers, ...]

    @property
    def features(self) -> int:
        """How many different grams are counted."""
        return len(self.tokens) + sum(map(len, self.keys))

    def up_to(self, longest: int) -> "Grams":
        """The grams of at most ``longest`` tokens; their features stand first and keep their numbers."""
        return replace(self, keys=self.keys[: longest - 1])

    def begins(self, longer: "Grams") -> bool:
        """Whether these are the first of ``longer``'s features, so that its counts hold these too."""
        return (
            self.rule == longer.rule
            and self.tokens == longer.tokens
            and len(self.keys) <= len(longer.keys)
            and all(
                np.array_equal(mine, theirs) for mine, theirs in zip(self.keys, longer.keys, strict=False)
            )
        )

    def count(self, texts: Sequence[str]) -> Any:
        """How often each gram stands in each text: a scipy CSR matrix, float32 [texts, features]."""
        places = {token: number for number, token in enumerate(self.tokens)}
        return self.count_tokens(_token_rows(PlainText(self.rule), texts, places))

    def count_tokens(self, rows: TokenRows) -> Any:
        """As ``count``, of texts that are tokens already."""
        from scipy.sparse import coo_matrix

        columns = [rows.tokens]
        first = len(self.tokens)
        local = rows.tokens
        for shift, keys in enumerate(self.keys, start=1):
            local = _lookup(_next_keys(rows, local, shift, len(self.tokens)), keys)
            columns.append(np.where(local >= 0, local + first, _UNKNOWN))
            first += len(keys)
        every = np.concatenate(columns)
        texts = np.tile(rows.text, len(columns))
        known = every >= 0
        ones = np.ones(int(known.sum()), dtype=np.float32)
        return coo_matrix(
            (ones, (texts[known], every[known])), shape=(rows.count, self.features), dtype=np.float32
        ).tocsr()


def fit_grams(rule: TextRule, texts: Sequence[str], longest: int, min_count: int) -> tuple[Grams, TokenRows]:
    """Finds the grams that stand in at least ``min_count`` texts; in one, where no token stands in more.

    Args:
        rule: how a text becomes tokens, see ``linear_rule``.
        longest: tokens in the longest gram.

    Returns:
        The grams, and the texts as tokens for ``Grams.count_tokens``.

    Raises:
        DataError: no text holds a token.
    """
    numbers: dict[str, int] = {}
    rows = _token_rows(PlainText(rule), texts, numbers, add=True)
    if not numbers:
        raise DataError("No training text holds a token; at least one word or mark is needed.")
    found, local = _most_frequent(rows.tokens, rows, min_count)
    if not len(found):
        min_count = 1
        found, local = _most_frequent(rows.tokens, rows, min_count)
    names = list(numbers)
    tokens = tuple(names[number] for number in found.tolist())
    rows = replace(rows, tokens=local)
    keys: list[Integers] = []
    for shift in range(1, longest):
        known, local = _most_frequent(_next_keys(rows, local, shift, len(tokens)), rows, min_count)
        keys.append(known)
    return Grams(rule, tokens, tuple(keys)), rows


def linear_rule(rule: TextRule, texts: Sequence[str]) -> TextRule:
    """The text rule as a linear model uses it: every text to its end, in words, Han characters apart.

    How much of a text the network sees, and in which unit, is the network's affair. Scripts that are written
    without spaces are read by character.
    """
    words = replace(rule, unit="word", segmenter=None, max_length=sys.maxsize)
    plain = PlainText(words)
    lengths = [len(token) for text in texts[:_TEXTS_LOOKED_AT] for token in plain.tokenize(text).tokens]
    unit: Unit = "character" if lengths and float(np.mean(lengths)) > _LONGEST_MEAN else "word"
    return replace(words, unit=unit)


def by_character(grams: Grams, rows: TokenRows) -> bool:
    """Whether most tokens of the texts are single characters, as in Chinese."""
    single = np.array([len(token) == 1 for token in grams.tokens], dtype=bool)
    known = rows.tokens[rows.tokens >= 0]
    return bool(len(known)) and float(single[known].mean()) > 0.5


def _token_rows(
    plain: PlainText, texts: Sequence[str], numbers: Mapping[str, int] | dict[str, int], *, add: bool = False
) -> TokenRows:
    """With ``add``, tokens that have no number get the next one."""
    found = []
    for text in texts:
        tokens = plain.tokenize(text).tokens
        if add:
            assert isinstance(numbers, dict)
            found.append([numbers.setdefault(token, len(numbers)) for token in tokens])
        else:
            found.append([numbers.get(token, _UNKNOWN) for token in tokens])
    lengths = [len(row) for row in found]
    flat = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=sum(lengths))
    return TokenRows(flat, np.repeat(np.arange(len(found)), lengths), len(found))


def _next_keys(rows: TokenRows, local: Integers, shift: int, tokens: int) -> Integers:
    """At each place the number of the gram that begins there and is one longer than ``local``'s, or -1.

    Args:
        local: number of the shorter gram that begins at each place among those of its length, or -1.
        shift: how many tokens the shorter gram has.
    """
    keys = np.full(len(local), _UNKNOWN, dtype=np.int64)
    last = rows.tokens[shift:]
    fits = (local[: len(last)] >= 0) & (last >= 0) & (rows.text[: len(last)] == rows.text[shift:])
    keys[: len(last)][fits] = local[: len(last)][fits] * tokens + last[fits]
    return keys


def _lookup(wanted: Integers, keys: Integers) -> Integers:
    """The place of each number among the sorted ``keys``, or -1."""
    if not len(keys):
        return np.full(len(wanted), _UNKNOWN, dtype=np.int64)
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, places, _UNKNOWN)


def _most_frequent(values: Integers, rows: TokenRows, min_count: int) -> tuple[Integers, Integers]:
    """The different values that stand in ``min_count`` texts, sorted, and each place's number among them.

    Args:
        values: -1 where a place has none, [tokens].
        rows: which text each place is in.
        min_count: number of texts.
    """
    places = np.flatnonzero(values >= 0)
    numbers = np.full(len(values), _UNKNOWN, dtype=np.int64)
    if not len(places):
        return np.empty(0, dtype=np.int64), numbers
    # A stable sort keeps the texts of equal values in order. numpy.unique is several times as slow here.
    order = places[np.argsort(values[places], kind="stable")]
    value, text = values[order], rows.text[order]
    new_value = np.r_[True, value[1:] != value[:-1]]
    new_text = new_value | np.r_[True, text[1:] != text[:-1]]
    starts = np.flatnonzero(new_value)
    kept = np.add.reduceat(new_text.astype(np.int64), starts) >= min_count
    renumbered = np.where(kept, np.cumsum(kept) - 1, _UNKNOWN)
    numbers[order] = renumbered[np.cumsum(new_value) - 1]
    return value[starts[kept]], numbers
