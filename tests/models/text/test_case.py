"""How tokens are capitalised, and ids that tell it."""

import pytest

from models.text.case import CAPITALS, CASE_TOKENS, CASES, INITIAL, MIXED, SMALL, case_of
from models.text.plain import Encoder, PlainText
from models.text.spec import TextRule
from models.text.vocabulary import SPECIAL, Vocabulary

RULE = TextRule(max_length=3, truncate="head", ids="token+case")
VOCABULARY = Vocabulary(SPECIAL + CASE_TOKENS).extended([["who", "is", "the"]], 100)


@pytest.mark.parametrize(
    ("written", "case"),
    [
        ("taipei", SMALL),
        ("3", SMALL),
        ("Taipei", INITIAL),
        ("I", INITIAL),
        ("O'hara", INITIAL),
        ("USA", CAPITALS),
        ("U2", INITIAL),
        ("McGill", MIXED),
        ("eBay", MIXED),
    ],
)
def test_the_case_of_a_token(written: str, case: int) -> None:
    assert case_of(written, written.lower()) == case


def test_the_id_of_a_case_is_its_number() -> None:
    assert [VOCABULARY.tokens[case] for case in range(INITIAL, CASES)] == list(CASE_TOKENS)


@pytest.mark.parametrize("token", CASE_TOKENS)
@pytest.mark.parametrize("lowercase", [True, False])
def test_no_text_holds_the_token_of_a_case(token: str, lowercase: bool) -> None:
    assert token not in PlainText(TextRule(lowercase=lowercase)).tokenize(f"{token} a{token}").tokens


@pytest.mark.parametrize("text", ["Who is McGill of the USA", "Who\u00ad is ＭcGill"])
def test_a_capitalised_word_has_the_id_of_its_case_before_its_own(text: str) -> None:
    encoded = Encoder(RULE, VOCABULARY).encode(text)
    who, known = VOCABULARY.id_of("who"), VOCABULARY.id_of("is")
    assert encoded.ids == (INITIAL, who, known, MIXED, 1)
    assert (encoded.read, encoded.unknown_read) == (3, 1)


def test_words_are_counted_not_ids() -> None:
    encoded = Encoder(RULE, VOCABULARY).encode("WHO IS THE DOCTOR")
    assert (encoded.tokens, encoded.read, encoded.truncated, len(encoded.ids)) == (4, 3, True, 6)
    assert encoded.unknown == ()
    assert Encoder(RULE, VOCABULARY).encode("who is Zog").unknown == ("Zog",)


def test_a_case_alone_is_not_unknown() -> None:
    encoder = Encoder(RULE, VOCABULARY)
    assert [*map(encoder.lacks, encoder.ids_by_token("Who Zog"))] == [False, True]


def test_with_cases_in_their_own_case_words_keep_it() -> None:
    plain = PlainText(TextRule(lowercase=False, ids="token+case"))
    words, _ = plain.words("Who is NATO?")
    assert plain.cased("Who is NATO?", words) == ["[Aa]", "Who", "is", "[AA]", "NATO", "?"]
