import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ArtifactError
from models.text.vocabulary import Vocabulary

TEXTS = st.lists(st.lists(st.text("abcé好", min_size=1, max_size=3)))


def test_most_frequent_first_ties_by_code_point() -> None:
    vocabulary = Vocabulary.fit([["b", "é", "z", "a"], ["z", "好", "Z"]], 100)
    assert vocabulary.tokens == ("[PAD]", "[OTHER]", "z", "Z", "a", "b", "é", "好")
    assert len(vocabulary) == 8


def test_rare_tokens_are_left_out() -> None:
    assert Vocabulary.fit([["a", "b", "a"], ["b", "c"]], 100, min_count=2).tokens[2:] == ("a", "b")


def test_size_counts_the_special_tokens() -> None:
    assert Vocabulary.fit([["a", "a", "b"]], 3).tokens == ("[PAD]", "[OTHER]", "a")


def test_more_texts_add_their_tokens_behind_those_known_while_there_is_room() -> None:
    known = Vocabulary.fit([["b", "a", "b"]], 100)
    more = [["c", "d", "d", "a", "a", "a", "[PAD]"], ["e", "c", "d"]]
    assert known.extended(more, 100).tokens == (*known.tokens, "d", "c", "e")
    assert known.extended(more, 100, min_count=3).tokens == (*known.tokens, "d")
    assert known.extended(more, 5).tokens == (*known.tokens, "d")
    assert known.extended(more, 3).tokens == known.tokens


def test_special_tokens_in_a_text_are_unknown() -> None:
    vocabulary = Vocabulary.fit([["[PAD]", "[OTHER]", "a"]], 100)
    assert vocabulary.tokens == ("[PAD]", "[OTHER]", "a")
    assert [vocabulary.id_of(token) for token in ("[PAD]", "[OTHER]", "a", "b")] == [1, 1, 2, 1]


@given(TEXTS, st.integers(2, 12), st.integers(1, 3))
def test_order_of_texts_does_not_matter(texts: list[list[str]], size: int, min_count: int) -> None:
    vocabulary = Vocabulary.fit(texts, size, min_count)
    assert vocabulary == Vocabulary.fit(reversed(texts), size, min_count)
    assert len(vocabulary) <= size
    assert [vocabulary.id_of(token) for token in vocabulary.tokens[2:]] == list(range(2, len(vocabulary)))


@given(TEXTS)
def test_json_round_trip(texts: list[list[str]]) -> None:
    vocabulary = Vocabulary.fit(texts, 100)
    assert json.loads(vocabulary.to_json()) == list(vocabulary.tokens)
    assert Vocabulary.from_json(vocabulary.to_json()) == vocabulary


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "not JSON: "),
        ('{"a": 1}', "array of strings"),
        ('["[PAD]", "[OTHER]", 3]', "array of strings"),
        ('["[OTHER]", "[PAD]"]', "starts with"),
        ("[]", "starts with"),
        ('["[PAD]", "[OTHER]", "a", "a"]', "holds 'a' again"),
        ('["[PAD]", "[OTHER]", "[PAD]"]', "holds '.PAD.' again"),
    ],
)
def test_bad_files_are_refused(text: str, message: str) -> None:
    with pytest.raises(ArtifactError, match=message):
        Vocabulary.from_json(text)
