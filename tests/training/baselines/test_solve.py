import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from models.text.spec import TextRule
from training.baselines.grams import fit_grams
from training.baselines.linear import LinearModel
from training.baselines.recipes import Recipe
from training.baselines.solve import Counted, dev_score, fit_recipe, naive_bayes_ratio

TEXTS = [
    f"{opening} {judgement} {thing}"
    for opening in ("it was", "I found a", "we saw the")
    for judgement in ("good", "not good", "bad", "not bad")
    for thing in ("film", "story")
]
TARGETS = np.array([int(text.split()[-2] == "good") ^ int("not" in text) for text in TEXTS], dtype=np.int32)
NEW = ["it was not bad story", "a good film", ""]


def fit(recipe: Recipe, targets: np.ndarray, labels: int, task: str = "classification") -> LinearModel:
    grams, _ = fit_grams(TextRule(), TEXTS, recipe.longest, 2)
    rows = Counted(grams.count(TEXTS), targets)
    return fit_recipe(recipe, grams, rows, rows, task=task, labels=labels, seed=0)  # type: ignore[arg-type]


def tf_idf(*strengths: float) -> Recipe:
    return Recipe("tf-idf", "TF-IDF", "tf-idf", 2, 3, strengths, strengths)


def naive_bayes(*strengths: float) -> Recipe:
    return Recipe("nb", "NB-weighted", "binary", 3, 3, strengths, strengths)


def test_tf_idf_equals_a_pipeline_of_scikit_learn() -> None:
    reference = TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    classifier = LogisticRegression(C=10.0, solver="liblinear", tol=1e-6, max_iter=1000)
    classifier.fit(reference.fit_transform(TEXTS), TARGETS)
    logits = fit(tf_idf(10.0), TARGETS, 2).logits(NEW)
    np.testing.assert_allclose(
        logits[:, 1] - logits[:, 0], classifier.decision_function(reference.transform(NEW)), atol=0.02
    )


def test_naive_bayes_ratio_of_a_hand_made_case() -> None:
    values = csr_matrix(np.array([[1, 0], [1, 1], [0, 1], [0, 1]], dtype=np.float32))
    ratio = naive_bayes_ratio(values, np.array([True, True, False, False]))
    # p = (1 + 2, 1 + 1) / 5, q = (1 + 0, 1 + 2) / 4
    np.testing.assert_allclose(ratio, np.log([(3 / 5) / (1 / 4), (2 / 5) / (3 / 4)]), rtol=1e-6)


def test_weighted_grams_answer_as_a_regression_on_weighted_rows() -> None:
    model = fit(naive_bayes(1.0), TARGETS, 2)
    present = (model.grams.count(TEXTS) > 0).astype(np.float32)
    rows = present.toarray() * naive_bayes_ratio(present, TARGETS == 1)
    classifier = LogisticRegression(C=1.0, solver="liblinear", tol=1e-6, max_iter=1000).fit(rows, TARGETS)
    logits = model.logits(TEXTS)
    np.testing.assert_allclose(logits[:, 1] - logits[:, 0], classifier.decision_function(rows), atol=0.02)


@pytest.mark.parametrize("recipe", [tf_idf(10.0), naive_bayes(1.0)])
def test_word_pairs_count(recipe: Recipe) -> None:
    logits = fit(recipe, TARGETS, 2).logits(["was not bad", "was not good"])
    assert logits.argmax(axis=1).tolist() == [1, 0]


def test_c_is_chosen_on_dev() -> None:
    """Learned on turned labels, the model that learned least is the best one."""
    grams, _ = fit_grams(TextRule(), TEXTS, 2, 2)
    counts = grams.count(TEXTS)
    targets = np.array([0] * 16 + [1] * 8)
    turned = Counted(counts, 1 - targets)
    for train, name in ((turned, "C = 0.001"), (Counted(counts, targets), "C = 30")):
        model = fit_recipe(
            tf_idf(0.001, 30.0),
            grams,
            train,
            Counted(counts, targets),
            task="classification",
            labels=2,
            seed=0,
        )
        assert name in model.name


@pytest.mark.parametrize("labels", [4, 20])
def test_many_labels_are_told_apart(labels: int) -> None:
    targets = np.arange(len(TEXTS)) // 6
    model = fit(tf_idf(30.0), targets, labels)
    logits = model.logits(TEXTS)
    assert logits.shape == (len(TEXTS), labels)
    assert ("SVM" in model.name) is (labels > 16)
    assert (logits.argmax(axis=1) < 4).all(), "a label without a training row is never answered"
    assert (logits.argmax(axis=1) == targets).mean() > 0.6


def test_multilabel_judges_each_label_alone_even_one_that_all_rows_have_or_none() -> None:
    targets = np.stack([TARGETS, np.ones_like(TARGETS), np.zeros_like(TARGETS)], axis=1).astype(np.float32)
    logits = fit(tf_idf(30.0), targets, 3, "multilabel").logits(TEXTS)
    assert ((logits[:, 0] > 0) == (TARGETS == 1)).all()
    assert (logits[:, 1] > 10).all()
    assert (logits[:, 2] < -10).all()


def test_dev_score_of_hand_made_cases() -> None:
    logits = np.array([[0.0, 1.0], [0.0, -1.0], [0.0, 2.0]], dtype=np.float32)
    assert dev_score("classification", logits, np.array([1, 0, -1])) == pytest.approx(2 / 3)
    # Answered: (1,1), (0,0), (0,1) of columns; true: 1 hit of 2 answered and 3 there.
    assert dev_score("multilabel", logits, np.array([[1, 1], [0, 0], [1, 0]])) == pytest.approx(2 / 5)
