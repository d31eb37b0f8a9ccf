import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigError
from models.text.plain import Encoded, Encoder, PlainText, Span, make_valid
from models.text.spec import TextRule, Truncation
from models.text.vocabulary import Vocabulary

ANY_TEXT = st.text(st.integers(0, 0x10FFFF).map(chr))
Known = tuple[str, list[tuple[str, int, int]]]


def spans(text: str, rule: TextRule) -> list[Span]:
    return list(PlainText(rule).tokenize(text).spans)


def test_known_answers(known: Known) -> None:
    text, expected = known
    got = PlainText(TextRule()).tokenize(text)
    assert list(zip(got.tokens, *zip(*got.spans, strict=True), strict=True) if got.spans else []) == expected
    assert got.total == len(expected)


def test_case_stays_without_lowercase() -> None:
    assert PlainText(TextRule(lowercase=False)).tokenize("Ａb İ’s").tokens == ("Ab", "İ's")


def test_characters() -> None:
    got = PlainText(TextRule(unit="character")).tokenize("Ａ1 \u00ad.好’")
    assert got.tokens == ("a", "1", ".", "好", "'")
    assert got.spans == ((0, 1), (1, 2), (4, 5), (5, 6), (6, 7))


@pytest.mark.parametrize(
    ("truncate", "kept"),
    [("head", "abcd"), ("tail", "ghij"), ("head+tail", "ahij")],
)
def test_truncation(truncate: Truncation, kept: str) -> None:
    got = PlainText(TextRule(max_length=4, truncate=truncate)).tokenize("a b c d e f g h i j")
    assert got.tokens == tuple(kept)
    assert got.spans == tuple(
        (2 * (ord(token) - ord("a")), 2 * (ord(token) - ord("a")) + 1) for token in kept
    )
    assert got.total == 10


@pytest.mark.parametrize("truncate", ["head", "tail", "head+tail"])
@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_a_text_of_the_greatest_length_is_kept_whole(truncate: Truncation, length: int) -> None:
    words = tuple(f"w{n}" for n in range(length))
    text = PlainText(TextRule(max_length=length, truncate=truncate))
    assert text.tokenize(" ".join(words)).tokens == words
    assert len(text.tokenize(" ".join((*words, "more"))).tokens) == length


@given(ANY_TEXT, st.sampled_from(["word", "character"]), st.booleans())
def test_the_place_of_a_token_holds_its_characters(text: str, unit: str, lowercase: bool) -> None:
    rule = TextRule(unit=unit, lowercase=lowercase)
    plain = PlainText(rule)
    got = plain.tokenize(text)
    for token, (start, end) in zip(got.tokens, got.spans, strict=True):
        assert "".join(plain.tokenize(text[start:end]).tokens) == token
    assert [place for span in got.spans for place in span] == sorted(
        place for span in got.spans for place in span
    )


@given(ANY_TEXT)
def test_tokens_are_valid_and_never_special(text: str) -> None:
    for token in PlainText(TextRule()).tokenize(text).tokens:
        token.encode("utf-8")
        assert token
        assert token not in ("[PAD]", "[OTHER]")


def test_ids_counts_and_unknown_words() -> None:
    rule = TextRule(max_length=6, truncate="head")
    vocabulary = Vocabulary.fit([["good", "film", "."]], 10)
    got = Encoder(rule, vocabulary).encode("Good FILM Zog zog Qux\ud800. Good")
    film, good = vocabulary.id_of("film"), vocabulary.id_of("good")
    assert got.ids == (good, film, 1, 1, 1, 1)
    assert got.tokens == 8
    assert got.truncated
    assert got.unknown == ("Zog", "zog", "Qux", "\ufffd")


def test_nothing_to_read() -> None:
    got = Encoder(TextRule(), Vocabulary.fit([], 2)).encode(" \u00ad ")
    assert got == Encoded(ids=(), tokens=0, unknown=())
    assert not got.truncated


def test_no_text_reaches_the_padding_id() -> None:
    encoder = Encoder(TextRule(lowercase=False), Vocabulary.fit([], 2))
    assert set(encoder.encode("[PAD] [OTHER]").ids) == {1}


@given(ANY_TEXT)
def test_valid_texts_fit_utf8_and_read_the_same(text: str) -> None:
    valid = make_valid(text)
    valid.encode("utf-8")
    assert len(valid) == len(text)
    assert PlainText(TextRule()).tokenize(valid) == PlainText(TextRule()).tokenize(text)


@pytest.mark.parametrize("piece", ["a", "1.", "a'", "a b ", "好", "\u00ad", "a\u00ad", "😀"])
def test_long_texts_take_linear_time(piece: str) -> None:
    text = (piece * 400_000)[:400_000]
    start = time.process_time()
    PlainText(TextRule()).tokenize(text)
    # Linear work takes half a second; copying the rest of the text at every step would take half a minute.
    assert time.process_time() - start < 10


@given(st.text(st.characters(max_codepoint=127), max_size=60) | ANY_TEXT)
def test_the_quick_way_through_ascii_finds_the_same_words(text: str) -> None:
    for rule in (
        TextRule(max_length=5, truncate="head+tail"),
        TextRule(lowercase=False),
        TextRule(unit="character"),
    ):
        plain = PlainText(rule)
        words, total = plain.words(text)
        tokens = plain.tokenize(text)
        assert (tuple(words), total) == (tokens.tokens, tokens.total)
        assert tuple(plain.places(text)) == tokens.spans


def test_the_quick_way_is_taken_only_where_it_is_right() -> None:
    assert PlainText(TextRule())._ascii_token
    assert PlainText(TextRule(segmenter="jieba"))._ascii_token is None


def test_a_segmenter_needs_words() -> None:
    with pytest.raises(ConfigError, match=r'needs text\.unit = "word"'):
        PlainText(TextRule(unit="character", segmenter="jieba"))
