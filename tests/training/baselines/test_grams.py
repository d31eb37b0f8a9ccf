import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from models.errors import DataError
from models.text.spec import TextRule
from training.baselines.grams import by_character, fit_grams, linear_rule

TEXTS = ["a b a b", "a b c", "", "c a b", "b c", "d"]
NEW = ["a b c a b", "d x c", "x"]


def named(texts: list[str], min_count: int, new: list[str]) -> dict[str, list[float]]:
    """Counts of ``new`` by gram, from scikit-learn."""
    counter = CountVectorizer(token_pattern=r"\S+", ngram_range=(1, 3), min_df=min_count)
    counter.fit(texts)
    counts = counter.transform(new).toarray()
    return {name: counts[:, place].tolist() for name, place in counter.vocabulary_.items()}


@pytest.mark.parametrize("min_count", [1, 2])
@pytest.mark.parametrize("new", [TEXTS, NEW])
def test_counts_are_those_of_scikit_learn(min_count: int, new: list[str]) -> None:
    grams, _ = fit_grams(TextRule(), TEXTS, 3, min_count)
    expected = named(TEXTS, min_count, new)
    found = grams.count(new)
    assert found.shape == (len(new), grams.features) == (len(new), len(expected))
    assert sorted(found.toarray().T.tolist()) == sorted(expected.values())
    for number, token in enumerate(grams.tokens):
        assert found.toarray()[:, number].tolist() == expected[token]


def test_training_texts_need_not_be_read_twice() -> None:
    grams, rows = fit_grams(TextRule(), TEXTS, 3, 2)
    assert (grams.count_tokens(rows) != grams.count(TEXTS)).nnz == 0


def test_shorter_grams_keep_their_numbers() -> None:
    grams, _ = fit_grams(TextRule(), TEXTS, 3, 1)
    pairs = grams.up_to(2)
    assert pairs.features < grams.features
    np.testing.assert_array_equal(pairs.count(NEW).toarray(), grams.count(NEW).toarray()[:, : pairs.features])


def test_where_no_token_stands_in_two_texts_all_count() -> None:
    grams, _ = fit_grams(TextRule(), ["one", "two"], 2, min_count=2)
    assert set(grams.tokens) == {"one", "two"}


def test_texts_without_a_token_are_refused() -> None:
    with pytest.raises(DataError, match="No training text holds a token"):
        fit_grams(TextRule(), ["\u00ad", "\u200b"], 2, 2)


def test_a_text_is_read_to_its_end_in_words_whatever_the_network_does() -> None:
    rule = linear_rule(TextRule(unit="character", max_length=1), ["it was good"])
    grams, _ = fit_grams(rule, ["it was good", "it was bad"], 1, 1)
    assert set(grams.tokens) == {"it", "was", "good", "bad"}


def test_scripts_without_spaces_are_read_by_character() -> None:
    thai = "ภาพยนตร์เรื่องนี้สนุกมากจริงๆและนักแสดงก็เก่ง"
    assert linear_rule(TextRule(), [thai] * 3).unit == "character"
    assert linear_rule(TextRule(), ["这部电影很好看"] * 3).unit == "word"


@pytest.mark.parametrize(("text", "single"), [("这部电影很好看", True), ("It was a good film.", False)])
def test_chinese_texts_are_mostly_single_characters(text: str, single: bool) -> None:
    assert by_character(*fit_grams(TextRule(), [text], 1, 1)) is single
