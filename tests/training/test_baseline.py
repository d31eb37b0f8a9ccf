import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from models.errors import DataError
from models.text.spec import TextRule
from training.baseline import fit_baseline

TEXTS = [
    f"{opening} {judgement} {thing}"
    for opening in ("it was", "I found a", "we saw the")
    for judgement in ("good", "not good", "bad", "not bad")
    for thing in ("film", "story")
]
TARGETS = np.array([int(text.split()[-2] == "good") ^ int("not" in text) for text in TEXTS], dtype=np.int32)


def test_it_is_tf_idf_of_words_and_word_pairs_with_logistic_regression() -> None:
    """The same pipeline put together from scikit-learn alone, on text where a word is what stands between
    spaces."""
    reference = TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    classifier = LogisticRegression(C=10.0, max_iter=1000, solver="liblinear", random_state=0)
    classifier.fit(reference.fit_transform(TEXTS), TARGETS)
    baseline = fit_baseline("classification", TextRule(), TEXTS, TARGETS, 2, seed=0)
    new = ["it was not bad story", "a good film", ""]
    expected = classifier.predict_proba(reference.transform(new))
    np.testing.assert_allclose(baseline.probabilities(new), expected, atol=1e-4)


def test_word_pairs_count() -> None:
    baseline = fit_baseline("classification", TextRule(), TEXTS, TARGETS, 2, seed=0)
    p = baseline.probabilities(["was not bad", "was not good"])
    assert p.argmax(axis=1).tolist() == [1, 0]


def test_it_reads_a_text_to_its_end_whatever_the_network_does() -> None:
    rule = TextRule(max_length=1, truncate="head")
    p = fit_baseline("classification", rule, TEXTS, TARGETS, 2, seed=0).probabilities(
        ["it was good", "it was bad"]
    )
    assert p.argmax(axis=1).tolist() == [1, 0]


def test_a_class_without_a_training_row_has_probability_zero() -> None:
    p = fit_baseline("classification", TextRule(), TEXTS, TARGETS * 2, 3, seed=0).probabilities(TEXTS)
    assert p.shape == (len(TEXTS), 3)
    assert (p[:, 1] == 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1.0)


def test_texts_without_a_common_word_are_enough() -> None:
    baseline = fit_baseline("classification", TextRule(), ["one", "two"], np.array([0, 1]), 2, seed=0)
    assert baseline.probabilities(["one", "two"]).argmax(axis=1).tolist() == [0, 1]


def test_texts_without_a_token_are_refused() -> None:
    with pytest.raises(DataError, match="No training text holds a token"):
        fit_baseline("classification", TextRule(), ["\u00ad", "\u200b"], np.array([0, 1]), 2, seed=0)


def test_multilabel_judges_each_label_alone_even_one_that_all_rows_have_or_none() -> None:
    targets = np.stack([TARGETS, np.ones_like(TARGETS), np.zeros_like(TARGETS)], axis=1).astype(np.float32)
    p = fit_baseline("multilabel", TextRule(), TEXTS, targets, 3, seed=0).probabilities(TEXTS)
    assert ((p[:, 0] >= 0.5) == (TARGETS == 1)).all()
    assert (p[:, 1] == 1.0).all()
    assert (p[:, 2] == 0.0).all()
