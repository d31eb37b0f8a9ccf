from difflib import SequenceMatcher

import pytest

from models.text.plain import PlainText
from models.text.spec import TextRule
from training.perturb import has_negation, misspelt, shuffled, words_read

ENGLISH = "This was surely not the finest moment of an otherwise splendid evening"


@pytest.mark.parametrize(
    "text",
    [
        "It is NOT good",
        "never!",
        "I don't know",
        "can’t say",
        "No.",
        "without a doubt",
        "我不喜欢",
        "没有意思",
    ],
)
def test_negation_words_are_found(text: str) -> None:
    assert has_negation(text)


@pytest.mark.parametrize(
    "text", ["a notable note", "nobler", "I know another", "非常好，特别好", "", "cant", "knot", "n't1"]
)
def test_words_that_only_look_like_negations_are_not(text: str) -> None:
    assert not has_negation(text)


def test_shuffling_keeps_the_words_and_loses_their_order() -> None:
    words = words_read(TextRule(), [ENGLISH, "我很喜欢这部电影"])
    texts = shuffled(words, seed=1)
    plain = PlainText(TextRule())
    for text, before in zip(texts, [ENGLISH, "我很喜欢这部电影"], strict=True):
        there, here = plain.tokenize(before).tokens, plain.tokenize(text).tokens
        assert sorted(there) == sorted(here)
        assert there != here
    assert texts == shuffled(words, seed=1) != shuffled(words, seed=2)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (TextRule(max_length=3, truncate="head+tail"), ["One", "five", "six"]),
        (TextRule(max_length=2, truncate="tail"), ["five", "six"]),
        (TextRule(max_length=2, truncate="head"), ["One", "two"]),
        (TextRule(max_length=9), ["One", "two", "three", "four", "five", "six"]),
        (TextRule(unit="character", max_length=9), ["One", "ive", "six"]),
    ],
)
def test_words_the_network_does_not_read_are_left_out(rule: TextRule, expected: list[str]) -> None:
    assert words_read(rule, ["One two three four five six"]) == [expected]


def test_about_one_word_in_ten_is_misspelt_by_one_edit() -> None:
    words = ENGLISH.split()
    text = " ".join(words * 300)
    (changed,) = misspelt([text], seed=0)
    pairs = list(zip(text.split(), changed.split(), strict=True))
    long = [(before, after) for before, after in pairs if len(before) >= 3]
    assert all(before == after for before, after in pairs if len(before) < 3)
    # A replaced letter may be the letter it was: one change in a hundred or so shows nothing.
    assert sum(before != after for before, after in long) / len(long) == pytest.approx(0.1, abs=0.015)
    for before, after in long:
        assert before[0] == after[0]
        assert abs(len(before) - len(after)) <= 1
        assert SequenceMatcher(None, before, after).ratio() > 0.6


def test_chinese_characters_are_misspelt_too() -> None:
    text = "这部电影真的非常好看演员也很出色" * 100
    (changed,) = misspelt([text], seed=0)
    assert changed != text
    assert set(changed) <= set(text)
    assert abs(len(changed) - len(text)) < 0.05 * len(text)


def test_the_same_seed_misspells_the_same_words() -> None:
    assert misspelt([ENGLISH] * 9, 3) == misspelt([ENGLISH] * 9, 3) != misspelt([ENGLISH] * 9, 4)


def test_marks_and_numbers_are_spelt_as_they_were() -> None:
    text = "8/10 ... :-) a I, 12345 <b />"
    assert misspelt([text], 0, share=1.0) == [text]
