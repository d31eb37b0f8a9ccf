import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.text.graph import GraphText
from models.text.letters import (
    BEGINNING_END,
    OTHER_INSIDE_ID,
    is_unknown,
    trigram_ids,
    trigram_vocabulary,
)
from models.text.plain import Encoder
from models.text.spec import OTHER_ID, TextRule

VOCABULARY = trigram_vocabulary()
RULE = TextRule(max_length=4, ids="letter-trigram")


def tokens(word: str) -> list[str]:
    return [VOCABULARY.tokens[token_id] for token_id in trigram_ids(word)]


def test_apple_is_five_trigrams() -> None:
    assert tokens("apple") == ["#ap", "app", "ppl", "ple", "le#"]
    assert tokens("a") == ["#a#"]
    assert trigram_ids("Apple") == trigram_ids("apple")


def test_there_are_27_to_the_third_and_other() -> None:
    assert len(VOCABULARY) == 2 + 27**3 + 1
    assert [token for token in VOCABULARY.tokens if len(token) != 3] == ["[PAD]", "[OTHER]", "[OTHER INSIDE]"]
    assert VOCABULARY.tokens.index("#ap") == trigram_ids("apple")[0]


def test_digits_accents_and_other_scripts_are_other() -> None:
    inside = OTHER_INSIDE_ID
    assert trigram_ids("3:00") == (OTHER_ID, inside, inside, inside)
    assert trigram_ids("爱") == (OTHER_ID,)
    assert trigram_ids("#") == (OTHER_ID,)
    assert tokens("caféd") == ["#ca", "caf", *["[OTHER INSIDE]"] * 3]
    assert is_unknown(trigram_ids("3:00"))
    assert not is_unknown(trigram_ids("abc9"))


@given(st.text(min_size=1))
def test_only_the_first_trigram_of_a_word_can_begin_one(word: str) -> None:
    ids = trigram_ids(word)
    assert len(ids) == len(word)
    assert [OTHER_ID <= each < BEGINNING_END for each in ids] == [True] + [False] * (len(word) - 1)


def test_a_misspelt_word_keeps_most_of_its_trigrams() -> None:
    assert len(set(trigram_ids("wonderful")) & set(trigram_ids("wondreful"))) >= 5


def test_a_text_has_an_id_a_letter_and_still_counts_words() -> None:
    encoded = Encoder(RULE, VOCABULARY).encode("It was 3:00 爱 really")
    words = ("it", "3:00", "爱", "really")
    assert encoded.ids == tuple(trigram for word in words for trigram in trigram_ids(word))
    assert (encoded.tokens, encoded.read, encoded.truncated) == (5, 4, True)
    assert encoded.unknown == ("3:00", "爱")
    assert encoded.unknown_read == 2
    assert not Encoder(RULE, VOCABULARY).encode("it was really good").truncated
    assert Encoder(RULE, VOCABULARY).encode("").ids == ()


GRAPH = GraphText(RULE, VOCABULARY)
ENCODER = Encoder(RULE, VOCABULARY)
characters = st.sampled_from("abzA1 '.-é爱\u00ad\ud800\x00#😀ｂ") | st.characters()


@settings(deadline=None, max_examples=150)
@given(st.lists(st.text(characters, max_size=12), max_size=6))
def test_the_graph_gives_the_same_ids(texts: list[str]) -> None:
    ids, lengths = GRAPH.encode(tf.constant([ENCODER.text.graph_input(text) for text in texts], tf.string))
    expected = [list(ENCODER.encode(text).ids) for text in texts]
    assert lengths.numpy().tolist() == list(map(len, expected))
    found = [row[:length] for row, length in zip(ids.numpy().tolist(), lengths.numpy(), strict=True)]
    assert found == expected
