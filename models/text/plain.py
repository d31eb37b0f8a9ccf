"""The text rule in plain Python: tokens with their place in the text. Twin of ``models.text.graph``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from models.errors import ConfigError
from models.text.case import CASE_TOKENS, INITIAL, SMALL, case_of
from models.text.letters import is_unknown, trigram_ids
from models.text.segment import load_segmenter
from models.text.spec import OTHER_ID, TextRule
from models.text.table import CodeClass, Table, load_table
from models.text.vocabulary import Vocabulary

Span = tuple[int, int]
Part = TypeVar("Part")

_SURROGATE = re.compile("[\ud800-\udfff]")
# Letters stand for code points of a class: W joins letters and digits, N two digits.
_WORD = "[LD]+(?:(?:[W]|(?<=[D])[N](?=[D]))[LD]+)*|[^S]"
_CHARACTER = "[^S]"
_ASCII = "".join(map(chr, range(128)))


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text that are kept.

    Attributes:
        tokens: their folded forms.
        spans: where each stands in the text as it was sent: code points, end exclusive.
        total: how many tokens the text has before truncation.
    """

    tokens: tuple[str, ...]
    spans: tuple[Span, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Encoded:
    """The ids of one text.

    Attributes:
        ids: of the kept tokens, as the rule says: one a token, or several.
        tokens: how many tokens the text has before truncation.
        unknown: the kept tokens the vocabulary lacks, as the text writes them, each once, in order.
    """

    ids: tuple[int, ...]
    tokens: int
    unknown: tuple[str, ...]

    @property
    def read(self) -> int:
        """How many tokens are kept."""
        return len(self.ids)

    @property
    def unknown_read(self) -> int:
        """How many of those the vocabulary lacks."""
        return self.ids.count(OTHER_ID)

    @property
    def truncated(self) -> bool:
        """Whether tokens were left out."""
        return self.tokens > self.read


@dataclass(frozen=True, slots=True)
class EncodedParts(Encoded):
    """The ids of one text where a token may have several: its case and itself, or those of its letters.

    ``kept`` counts the tokens kept, ``others`` those of them that are not known.
    """

    kept: int
    others: int

    @property
    def read(self) -> int:
        """How many tokens are kept."""
        return self.kept

    @property
    def unknown_read(self) -> int:
        """How many of those the vocabulary lacks; by letters, how many have no known trigram."""
        return self.others


class PlainText:
    """Splits texts into tokens by a rule. Thread-safe.

    Args:
        rule: the text rule.
        table: the code-point table; the project's own unless a test alters it.

    Raises:
        ConfigError: the rule's segmenter is not installed or does not go with its unit.
    """

    def __init__(self, rule: TextRule, table: Table | None = None) -> None:
        if rule.segmenter and rule.unit == "character":
            raise ConfigError(
                f'text.segmenter = "{rule.segmenter}" needs text.unit = "word", but it is "character".'
            )
        self.rule = rule
        table = table or load_table()
        self._segment = load_segmenter(rule.segmenter) if rule.segmenter else None
        self._lowered, self._folded = table.lowered, table.folded
        self._forms = table.lowered if rule.lowercase else table.folded
        self._sent_classes = table.classes
        # With a segmenter, word boundaries are spaces by now and ideographs join like letters.
        self._classes = table.classes.replace("H", "L") if rule.segmenter else table.classes
        pattern = _WORD if rule.unit == "word" else _CHARACTER
        # Of a string of class letters.
        self._token = re.compile(pattern)
        self._ascii_token = self._ascii_pattern(pattern)

    def words(self, text: str) -> tuple[Sequence[str], int]:
        """The kept tokens of ``text``, and how many it has before truncation; as ``tokenize`` finds them."""
        if self._ascii_token is None or not text.isascii():
            tokens = self.tokenize(text)
            return tokens.tokens, tokens.total
        # Most texts, in half of the time.
        words = self._ascii_token.findall(text.translate(self._forms))
        return self._kept(words), len(words)

    def places(self, text: str) -> Sequence[Span]:
        """Where each of ``words(text)`` stands; as ``tokenize`` finds them."""
        if self._ascii_token is None or not text.isascii():
            return self.tokenize(text).spans
        found = self._ascii_token.finditer(text.translate(self._forms))
        return self._kept([match.span() for match in found])

    def cases(self, text: str) -> list[int]:
        """How each of ``words(text)`` is capitalised, see ``models.text.case``."""
        if self._ascii_token is None or not text.isascii():
            lowered = self.written(text, lowercase=True)
            return [*map(case_of, self.written(text, lowercase=False), lowered)]
        found = self._kept(self._ascii_token.findall(text))
        return [SMALL if word.islower() else case_of(word, word.lower()) for word in found]

    def cased(self, text: str, words: Sequence[str]) -> Sequence[str]:
        """What the ids of ``words``, those of ``words(text)``, are looked up by.

        Where the rule tells cases, each word that holds a capital stands behind the token of its case.
        """
        if self.rule.ids != "token+case":
            return words
        tokens = []
        for case, word in zip(self.cases(text), words, strict=True):
            if case != SMALL:
                tokens.append(CASE_TOKENS[case - INITIAL])
            tokens.append(word)
        return tokens

    def tokenize(self, text: str) -> Tokens:
        """The kept tokens of ``text``, which may be any string, lone surrogates included."""
        return self._tokens(text, self._forms)

    def written(self, text: str, *, lowercase: bool) -> Sequence[str]:
        """The tokens of ``tokenize(text)`` in lower case or in their own, whatever the rule says.

        Both have a character for each one of the other.
        """
        return self._tokens(text, self._lowered if lowercase else self._folded).tokens

    def _tokens(self, text: str, table: str) -> Tokens:
        source, origin = text, None
        classes = text.translate(self._classes)
        if "I" in classes or self._segment:
            source, origin = self._rewritten(text)
            classes = source.translate(self._classes)
        spans = [match.span() for match in self._token.finditer(classes)]
        total = len(spans)
        spans = self._kept(spans)
        forms = source.translate(table)
        tokens = tuple([forms[start:end] for start, end in spans])
        if origin:
            spans = [(origin[start], origin[end - 1] + 1) for start, end in spans]
        return Tokens(tokens, tuple(spans), total)

    def _kept(self, found: list[Part]) -> list[Part]:
        """What truncation leaves of all tokens, or of what stands for each."""
        total = len(found)
        if total <= self.rule.max_length:
            return found
        return found[: self.rule.head_length] + found[total - self.rule.tail_length :]

    def _ascii_pattern(self, pattern: str) -> re.Pattern[str] | None:
        """``pattern`` over folded ASCII text itself; None where that would read it otherwise."""
        forms, classes = _ASCII.translate(self._forms), _ASCII.translate(self._classes)
        if self._segment or not forms.isascii() or "I" in classes:
            return None
        if forms.translate(self._classes) != classes:
            return None
        members = {
            letter: re.escape("".join(char for char in _ASCII if self._classes[ord(char)] == letter))
            for letter in "LDWNS"
        }
        return re.compile("".join(members.get(char, char) for char in pattern))

    def graph_input(self, text: str) -> str:
        """What to send to ``serving_default``: ``text`` made valid, its words spaced by the segmenter."""
        return make_valid(self._rewritten(text)[0] if self._segment else text)

    def _rewritten(self, text: str) -> tuple[str, list[int]]:
        """The text without ignored code points and, with a segmenter, with a space between Han words.

        Returns:
            the new text, and for each of its code points the index of where it stood in ``text``.
        """
        classes = text.translate(self._sent_classes)
        kept = [index for index, code_class in enumerate(classes) if code_class != CodeClass.IGNORED]
        source = "".join([text[index] for index in kept])
        if not self._segment:
            return source, kept
        classes = source.translate(self._sent_classes)
        pieces: list[str] = []
        origin: list[int] = []
        start = 0
        for piece in self._segment(source):
            # The segmenter decides where Han characters stand; the rule decides everywhere else.
            around = classes[start - 1 : start + 1] if start else ""
            if "H" in around and "S" not in around:
                pieces.append(" ")
                origin.append(kept[start])
            pieces.append(piece)
            origin += kept[start : start + len(piece)]
            start += len(piece)
        return "".join(pieces), origin


class Encoder:
    """Turns texts into ids by a rule and a vocabulary. Thread-safe.

    Raises:
        ConfigError: as ``PlainText``.
    """

    def __init__(self, rule: TextRule, vocabulary: Vocabulary) -> None:
        self.text = PlainText(rule)
        self.vocabulary = vocabulary

    def encode(self, text: str) -> Encoded:
        """The ids of ``text``, which may be any string, lone surrogates included."""
        words, total = self.text.words(text)
        if self.text.rule.ids == "letter-trigram":
            return self._by_letters(text, words, total)
        find = self.vocabulary.ids.get
        ids = tuple([find(token, OTHER_ID) for token in self.text.cased(text, words)])
        unknown: tuple[str, ...] = ()
        if OTHER_ID in ids:
            known = self.vocabulary.ids
            unknown = self._written(text, [word not in known for word in words])
        if self.text.rule.ids == "token":
            return Encoded(ids, total, unknown)
        return EncodedParts(ids, total, unknown, len(words), ids.count(OTHER_ID))

    def ids_by_token(self, text: str) -> list[tuple[int, ...]]:
        """The ids of each kept token of ``text``: one, or several where the rule says so."""
        words, _ = self.text.words(text)
        if self.text.rule.ids == "letter-trigram":
            return [trigram_ids(word) for word in words]
        ids: list[tuple[int, ...]] = [(self.vocabulary.id_of(word),) for word in words]
        if self.text.rule.ids == "token":
            return ids
        cases = self.text.cases(text)
        return [own if case == SMALL else (case, *own) for case, own in zip(cases, ids, strict=True)]

    def lacks(self, ids: tuple[int, ...]) -> bool:
        """Whether the ids of a token say that it is not known."""
        return is_unknown(ids) if self.text.rule.ids == "letter-trigram" else ids[-1] == OTHER_ID

    def _by_letters(self, text: str, words: Sequence[str], total: int) -> EncodedParts:
        by_word = [trigram_ids(word) for word in words]
        unknown = [is_unknown(ids) for ids in by_word]
        written = self._written(text, unknown) if any(unknown) else ()
        return EncodedParts(tuple(chain.from_iterable(by_word)), total, written, len(words), sum(unknown))

    def _written(self, text: str, wanted: Sequence[bool]) -> tuple[str, ...]:
        """The wanted ones of the kept tokens as the text writes them, each once."""
        places = zip(wanted, self.text.places(text), strict=True)
        found = [make_valid(text[start:end]) for is_wanted, (start, end) in places if is_wanted]
        return tuple(dict.fromkeys(found))


def make_valid(text: str) -> str:
    """The text with each lone surrogate replaced by U+FFFD, so that UTF-8 can hold it."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
