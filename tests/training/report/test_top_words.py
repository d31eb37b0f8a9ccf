"""Words that are typical of a label."""

import numpy as np
import pytest

from models.text.vocabulary import Vocabulary
from training.report.top_words import MOST_LABELS, MOST_WORDS, _log_odds, word_facts


def facts(texts, targets, labels=("bad", "good")):
    split = [text.split() for text in texts]
    vocabulary = Vocabulary.fit(split, 1_000)
    ids = [np.array([vocabulary.id_of(word) for word in words], np.int32) for words in split]
    return word_facts(labels, vocabulary.tokens, ids, np.asarray(targets))


def test_words_of_a_label_are_those_that_stand_in_its_texts() -> None:
    found = facts(["the film was dull", "the film was warm warm"] * 20 + ["the warm"], [0, 1] * 20 + [0])
    dull, *others = found.typical["bad"]
    assert (dull.word, dull.here, dull.elsewhere, others) == ("dull", 20, 0, [])
    (warm,) = found.typical["good"]
    assert (warm.word, warm.here, warm.elsewhere) == ("warm", 20, 1), "a word counts once a text"
    assert (found.pairs, found.scripts) == (False, {"Latin": 1.0})


def test_the_score_is_that_of_the_paper() -> None:
    here, elsewhere = np.array([9.5, 19.5]), np.array([4.5, 44.5])
    a, b = here + 0.5, elsewhere + 0.5
    difference = np.log(a[0] / a[1]) - np.log(b[0] / b[1])
    assert _log_odds(here, elsewhere)[0] == pytest.approx(difference / np.sqrt(1 / a[0] + 1 / b[0]))


def test_chinese_is_looked_at_in_pairs() -> None:
    found = facts(["不 好 看 , 3"] * 20 + ["很 好 看"] * 20, [0] * 20 + [1] * 20)
    assert found.pairs
    assert [one.word for one in found.typical["bad"]] == ["不好"]
    assert [one.word for one in found.typical["good"]] == ["很好"]
    assert found.scripts == {"Han": 1.0}


def test_english_words_beside_chinese_characters_keep_their_space() -> None:
    found = facts(["不 好 看 on the way"] * 20 + ["很 好 看"] * 20, [0] * 20 + [1] * 20)
    assert found.pairs
    assert {"不好", "看 on", "on the"} <= {one.word for one in found.typical["bad"]}


def test_a_text_may_have_several_labels_or_one_that_training_lacks() -> None:
    texts = ["rude spam", "rude", "spam", "calm"] * 10
    several = facts(texts, [[1, 1], [1, 0], [0, 1], [0, 0]] * 10, ("rude", "spam")).typical
    assert [several[name][0].word for name in ("rude", "spam")] == ["rude", "spam"]
    assert facts(["odd"] * 9 + ["even"] * 9, [-1] * 9 + [1] * 9).typical["bad"] == []


def test_labels_and_words_are_bounded() -> None:
    words = [f"w{n}" for n in range(45)]
    found = facts(
        [" ".join([word, *(f"{word}x{n}" for n in range(20))]) for word in words * 6],
        list(range(45)) * 6,
        words,
    )
    assert len(found.typical) == MOST_LABELS
    assert {len(words) for words in found.typical.values()} == {MOST_WORDS}


def test_texts_without_words_have_none() -> None:
    found = word_facts(("a", "b"), ("[PAD]", "[OTHER]"), [np.zeros(0, np.int32)] * 2, np.array([0, 1]))
    assert (found.typical, found.scripts) == ({"a": [], "b": []}, {})
