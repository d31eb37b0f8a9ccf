"""Characters of tokens: their case kept, and the same in the graph."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.text.case import CAPITALS, INITIAL, MIXED, SMALL
from models.text.characters import CharacterEncoder, fit_characters
from models.text.graph_tokens import GraphTokens
from models.text.plain import PlainText
from models.text.spec import TextRule
from models.text.tokens import TokenEncoder
from models.text.vocabulary import Vocabulary

WORDS = Vocabulary(("[PAD]", "[OTHER]", "to", "taipei", "北"))
LETTERS = Vocabulary(("[PAD]", "[OTHER]", "T", "a", "i", "p", "e", "北"))


@pytest.mark.parametrize(
    ("text", "case"),
    [
        *[(text, SMALL) for text in ("taipei", "3", "北")],
        *[(text, INITIAL) for text in ("Taipei", "A", "U2")],
        *[(text, CAPITALS) for text in ("USA", "ＵＳＡ")],
        *[(text, MIXED) for text in ("McGill", "eBay")],
    ],
)
def test_the_case_of_a_token(text: str, case: int) -> None:
    assert CharacterEncoder(PlainText(TextRule()), LETTERS, 0).encode(text) == [[case]]


def test_characters_keep_their_case_and_are_cut_and_padded() -> None:
    encoder = CharacterEncoder(PlainText(TextRule()), LETTERS, 4)
    assert encoder.encode("Taipei TI") == [[INITIAL, 2, 3, 4, 5], [CAPITALS, 2, 1, 0, 0]]


def test_the_characters_are_fitted_with_their_case() -> None:
    found = fit_characters(PlainText(TextRule()), ["Tata Ta", "x"], size=4)
    assert found.tokens == ("[PAD]", "[OTHER]", "a", "T")


def test_tokens_know_their_places_and_what_is_unknown() -> None:
    row = TokenEncoder(TextRule(max_length=3), WORDS, LETTERS, 2).encode("🙂 To  Ｔaipei, 北")
    assert row.forms == ("🙂", ",", "北")
    assert row.spans == ((0, 1), (12, 13), (14, 15))
    assert row.unknown == ("🙂", ",")
    assert row.tokens == 5
    assert row.truncated
    assert row.characters is not None
    assert row.characters.shape == (3, 3)
    assert TokenEncoder(TextRule(), WORDS).encode("To").characters is None
    empty = TokenEncoder(TextRule(), WORDS, LETTERS, 2).encode("").characters
    assert empty is not None
    assert empty.shape == (0, 3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(alphabet="aAéÉßİ TtaipeiＡＢ北3:.'-🙂\u00ad\n", max_size=12), min_size=1, max_size=3),
    st.booleans(),
    st.sampled_from(["word", "character"]),
    st.sampled_from([0, 3]),
)
def test_the_graph_reads_the_same(texts: list[str], lowercase: bool, unit: str, width: int) -> None:
    rule = TextRule(unit=unit, lowercase=lowercase, max_length=5)  # type: ignore[arg-type]
    plain, graph = TokenEncoder(rule, WORDS, LETTERS, width), GraphTokens(rule, WORDS, LETTERS, width)
    tokens, ids, lengths, characters = graph.encode(tf.constant(texts))
    for row, text in enumerate(texts):
        expected = plain.encode(text)
        length = int(lengths[row])
        assert tuple(ids[row, :length].numpy()) == expected.ids
        assert [token.decode() for token in tokens[row].numpy()[:length]] == list(expected.forms)
        np.testing.assert_array_equal(characters[row, :length], expected.characters)
        assert not np.asarray(characters[row, length:]).any()
