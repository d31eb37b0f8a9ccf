import pytest

from models.text.plain import PlainText
from models.text.spec import TextRule
from training.vectors.pairs import skip_gram_pairs, words_of

pytestmark = pytest.mark.lecture


def test_the_pairs_of_the_lecture_s_sentence() -> None:
    """Window 2 over characters, punctuation dropped."""
    words = words_of(PlainText(TextRule(unit="character")), "我爱学习爱劳动，是个好青年")
    assert words == list("我爱学习爱劳动是个好青年")
    pairs = skip_gram_pairs(words, 2)
    assert pairs[:6] == [("我", "爱"), ("我", "学"), ("爱", "我"), ("爱", "学"), ("爱", "习"), ("学", "我")]
    assert pairs[6:9] == [("学", "爱"), ("学", "习"), ("学", "爱")]
    assert pairs[-2:] == [("年", "好"), ("年", "青")]
    # Four neighbours each, less those beyond both ends.
    assert len(pairs) == 4 * 12 - 6
    assert ("动", "是") in pairs


def test_every_pair_stands_both_ways() -> None:
    pairs = skip_gram_pairs("abcde", 3)
    assert sorted(pairs) == sorted((near, word) for word, near in pairs)
    assert skip_gram_pairs(["one"], 2) == []
