"""The text rule in TensorFlow operations, for use inside a SavedModel. Twin of ``models.text.plain``.

A text becomes code points, each code point one number that holds how far its folded form is away (upper
bits) and what it does in a text (the flags below). Where a token starts then depends on a character and its
two neighbours only, so all texts of a batch go through as one long vector.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from models.text.case import CAPITALS, INITIAL, MIXED, SMALL
from models.text.letters import BASE, FIRST_ID, OTHER_INSIDE_ID, PLACES
from models.text.spec import OTHER_ID, TextRule
from models.text.table import CODE_POINTS, CodeClass, Table, load_table
from models.text.vocabulary import SPECIAL, Vocabulary

# Part of a word; digit; joins two parts of a word; joins two digits. A joiner's flag is the flag its two
# neighbours must have, two bits up.
_PART, _DIGIT, _JOINS_PARTS, _JOINS_DIGITS = 1, 2, 4, 8
_VISIBLE, _IGNORED = 16, 32
_FLAGS_BITS = 6
_FLAGS: dict[CodeClass, int] = {
    CodeClass.LETTER: _VISIBLE | _PART,
    CodeClass.DIGIT: _VISIBLE | _PART | _DIGIT,
    CodeClass.WORD_JOINER: _VISIBLE | _JOINS_PARTS,
    CodeClass.NUMBER_JOINER: _VISIBLE | _JOINS_DIGITS,
    CodeClass.MARK: _VISIBLE,
    CodeClass.HAN: _VISIBLE,
    CodeClass.SEPARATOR: 0,
    CodeClass.IGNORED: _IGNORED,
}
_PAGE = 64
# The place of each ASCII character in the alphabet of trigrams, -1 for those that have none; the last entry
# stands for all characters behind ASCII.
_LETTERS = np.array([PLACES.get(chr(code), -1) for code in range(128)] + [-1], np.int32)


class GraphText(tf.Module):
    """Splits texts into tokens and token ids, in core TensorFlow operations only.

    With a segmenter in the rule, texts are expected with its words already spaced
    (``PlainText.graph_input``). Invalid UTF-8 is read as U+FFFD.

    Args:
        rule: the text rule.
        vocabulary: the known tokens.
        table: the code-point table; the project's own unless a test alters it.
    """

    def __init__(self, rule: TextRule, vocabulary: Vocabulary, table: Table | None = None) -> None:
        super().__init__(name="text")
        self._rule = rule
        self._page_of, self._pages = _packed(rule, table or load_table())
        # From the second token on: nothing may be read as padding, and TensorFlow refuses an empty table.
        known = tf.constant(vocabulary.tokens[OTHER_ID:], tf.string)
        ids = tf.range(OTHER_ID, len(vocabulary))
        self._ids = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(known, ids), OTHER_ID)
        self._other_case: GraphText | None = None
        if rule.ids == "token+case":
            self._other_case = other_case(rule, table)

    def encode(self, text: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Token ids of texts.

        Args:
            text: UTF-8, string[batch].

        Returns:
            ids int32[batch, time], time >= 1, right-padded with 0, and lengths int32[batch]: one id a token,
            or several where the rule says so.
        """
        tokens = self.tokenize(text)
        if self._rule.ids == "letter-trigram":
            ids = _letter_trigrams(tokens)
        else:
            ids = tokens.with_flat_values(self._ids.lookup(tokens.flat_values))
            if self._other_case is not None:
                other = self._other_case.tokenize(text).flat_values
                ids = _with_cases(ids, tokens.flat_values, other, lowercase=self._rule.lowercase)
        lengths = tf.cast(ids.row_lengths(), tf.int32)
        time = tf.maximum(1, tf.reduce_max(tf.concat([lengths, [0]], 0)))
        return ids.to_tensor(0, shape=tf.stack([-1, time])), lengths

    def tokenize(self, text: tf.Tensor) -> tf.RaggedTensor:
        """The kept tokens of string[batch], as string[batch, (tokens)]."""
        codes, flags, rows = self._characters(text)
        starts = self._starts(flags, rows)
        visible = _where(flags & _VISIBLE > 0)
        codes, starts, rows = (tf.gather(part, visible) for part in (codes, starts, rows))
        first = _where(starts)
        splits = tf.concat([first, [tf.size(codes)]], 0)
        tokens = tf.strings.unicode_encode(
            tf.RaggedTensor.from_row_splits(codes, splits, validate=False), "UTF-8"
        )
        return self._truncated(tokens, tf.gather(rows, first), tf.size(text))

    def _characters(self, text: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Folded code point, flags and row of every character that is not ignored."""
        decoded = tf.strings.unicode_decode(text, "UTF-8", errors="replace")
        codes = decoded.flat_values
        page = tf.cast(tf.gather(self._page_of, codes // _PAGE), tf.int32)
        packed = tf.gather(self._pages, page * _PAGE + codes % _PAGE)
        kept = _where(packed & _IGNORED == 0)
        codes, packed, rows = (
            tf.gather(part, kept) for part in (codes, packed, tf.cast(decoded.value_rowids(), tf.int32))
        )
        return codes + tf.bitwise.right_shift(packed, _FLAGS_BITS), packed & ((1 << _FLAGS_BITS) - 1), rows

    def _starts(self, flags: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
        """Whether a token starts at each character; separators give any value."""
        if self._rule.unit == "character":
            return tf.ones_like(flags, tf.bool)
        same_row = tf.cast(rows[1:] == rows[:-1], tf.int32)
        before = tf.concat([[0], flags[:-1] * same_row], 0)
        after = tf.concat([flags[1:] * same_row, [0]], 0)
        joined = before & after & tf.bitwise.right_shift(flags, 2) & (_PART | _DIGIT)
        part = (flags & _PART > 0) | (joined > 0)
        follows = tf.concat([[False], part[:-1] & (same_row > 0)], 0)
        return ~(part & follows)

    def _truncated(self, tokens: tf.Tensor, rows: tf.Tensor, batch: tf.Tensor) -> tf.RaggedTensor:
        ragged = tf.RaggedTensor.from_value_rowids(tokens, rows, nrows=batch, validate=False)
        from_start = tf.range(tf.size(tokens)) - tf.gather(ragged.row_starts(), rows)
        to_end = tf.gather(ragged.row_lengths(), rows) - from_start
        kept = _where((from_start < self._rule.head_length) | (to_end <= self._rule.tail_length))
        tokens, rows = tf.gather(tokens, kept), tf.gather(rows, kept)
        return tf.RaggedTensor.from_value_rowids(tokens, rows, nrows=batch, validate=False)


def other_case(rule: TextRule, table: Table | None = None) -> GraphText:
    """Splits into the same tokens in the other case: what is lower case is decided by characters alone."""
    other = replace(rule, lowercase=not rule.lowercase, ids="token")
    return GraphText(other, Vocabulary(SPECIAL), table)


def case_of(written: tf.RaggedTensor, lowered: tf.RaggedTensor) -> tf.Tensor:
    """How tokens are capitalised: int32 [tokens], as ``models.text.case.case_of``.

    Args:
        written: code points of each token, int32 [tokens, (characters)].
        lowered: the same in lower case.
    """
    capital = tf.cast(written.flat_values != lowered.flat_values, tf.int32)
    total = tf.math.segment_sum(capital, written.value_rowids())
    first = tf.gather(capital, written.row_starts())
    length = tf.cast(written.row_lengths(), tf.int32)
    case = tf.where(total == length, CAPITALS, MIXED)
    case = tf.where((total == 1) & (first == 1), INITIAL, case)
    return tf.where(total == 0, SMALL, case)


def _with_cases(
    ids: tf.RaggedTensor, tokens: tf.Tensor, other_case: tf.Tensor, *, lowercase: bool
) -> tf.RaggedTensor:
    """Before the id of each token that holds a capital, that of its case: int32 [batch, (ids)]."""
    folded, other = (tf.strings.unicode_decode(each, "UTF-8") for each in (tokens, other_case))
    case = case_of(other, folded) if lowercase else case_of(folded, other)
    pairs = tf.stack([case, ids.flat_values], axis=1)
    told = tf.stack([case != SMALL, tf.ones_like(case, tf.bool)], axis=1)
    by_token = tf.RaggedTensor.from_row_lengths(
        tf.boolean_mask(pairs, told), tf.where(case == SMALL, 1, 2), validate=False
    )
    splits = tf.gather(tf.cast(by_token.row_splits, tf.int32), tf.cast(ids.row_splits, tf.int32))
    return tf.RaggedTensor.from_row_splits(by_token.flat_values, splits, validate=False)


def _letter_trigrams(tokens: tf.RaggedTensor) -> tf.RaggedTensor:
    """The trigram ids of string[batch, (tokens)], one a letter: int32[batch, (letters)]."""
    letters = tf.strings.unicode_decode(tokens.flat_values, "UTF-8")
    codes, word = letters.flat_values, tf.cast(letters.value_rowids(), tf.int32)
    place = tf.gather(tf.constant(_LETTERS), tf.minimum(codes, len(_LETTERS) - 1))
    same = word[1:] == word[:-1]
    first, last = tf.concat([[True], ~same], 0), tf.concat([~same, [True]], 0)
    # A text without letters has no first one.
    first, last = first[: tf.size(codes)], last[: tf.size(codes)]
    before = tf.where(first, 0, tf.roll(place, 1, 0))
    after = tf.where(last, 0, tf.roll(place, -1, 0))
    known = tf.minimum(tf.minimum(before, place), after) >= 0
    other = tf.where(first, OTHER_ID, OTHER_INSIDE_ID)
    ids = tf.where(known, FIRST_ID + (before * BASE + place) * BASE + after, other)
    splits = tf.gather(letters.row_splits, tokens.row_splits)
    return tf.RaggedTensor.from_row_splits(ids, tf.cast(splits, tf.int32), validate=False)


def _where(condition: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.where(condition)[:, 0], tf.int32)


def _packed(rule: TextRule, table: Table) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int32]]:
    """The page number of every 64 code points, and the distinct pages one after another."""
    by_letter = np.zeros(128, np.int32)
    for code_class, flags in _FLAGS.items():
        by_letter[ord(code_class)] = flags
    if rule.segmenter:
        by_letter[ord(CodeClass.HAN)] = _FLAGS[CodeClass.LETTER]
    classes = np.frombuffer(table.classes.encode("ascii"), np.uint8)
    forms = table.lowered if rule.lowercase else table.folded
    codes = np.frombuffer(forms.encode("utf-32-le", "surrogatepass"), "<i4")
    distance = codes - np.arange(CODE_POINTS, dtype=np.int32)
    packed = (distance << _FLAGS_BITS) | by_letter[classes]
    pages, page_of = np.unique(packed.reshape(-1, _PAGE), axis=0, return_inverse=True)
    return page_of.reshape(-1).astype(np.int16), pages.reshape(-1).astype(np.int32)
