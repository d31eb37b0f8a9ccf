import time

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

from training.evaluate import accuracy_margin, evaluate

RNG = np.random.default_rng(11)


def random_rows(rows: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    logits = RNG.normal(size=(rows, classes))
    targets = np.where(RNG.random(rows) < 0.6, logits.argmax(axis=1), RNG.integers(0, classes, rows))
    p = np.exp(logits)
    return p / p.sum(axis=1, keepdims=True), targets


@pytest.mark.parametrize("classes", [2, 5])
def test_figures_equal_scikit_learn(classes: int) -> None:
    p, targets = random_rows(300, classes)
    labels = [f"label {i}" for i in range(classes)]
    found = evaluate("classification", labels, p, targets)
    precision, recall, f1, n = precision_recall_fscore_support(targets, p.argmax(axis=1), zero_division=0)
    assert found.metrics["accuracy"].value == pytest.approx((p.argmax(axis=1) == targets).mean())
    assert found.metrics["macro_f1"].value == pytest.approx(f1.mean())
    auc = roc_auc_score(targets, p[:, 1]) if classes == 2 else roc_auc_score(targets, p, multi_class="ovr")
    assert found.metrics["roc_auc"].value == pytest.approx(auc)
    for i, label in enumerate(labels):
        assert found.per_class[label] == pytest.approx(
            {"precision": precision[i], "recall": recall[i], "f1": f1[i], "n": n[i]}
        )
    assert np.sum(found.confusion) == 300


def test_a_label_training_did_not_have_counts_as_wrong_and_lowers_precision() -> None:
    p = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]])
    found = evaluate("classification", ["a", "b"], p, np.array([0, -1, 1]))
    assert found.metrics["accuracy"].value == pytest.approx(2 / 3)
    assert found.per_class["a"]["precision"] == 0.5
    assert found.confusion == [[1, 0], [0, 1]]


def test_rows_that_lack_a_label_show_a_model_without_a_mistake_as_such() -> None:
    p = np.eye(5)[[0, 1, 1, 0]]
    found = evaluate("classification", list("abcde"), p, np.array([0, 1, 1, 0])).metrics["macro_f1"]
    assert (found.low, found.value, found.high) == (1.0, 1.0, 1.0)
    several = evaluate("multilabel", list("abcde"), p, p.astype(int)).metrics["macro_f1"]
    assert (several.low, several.value, several.high) == (1.0, 1.0, 1.0)


def test_slices_have_their_own_accuracy() -> None:
    p = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]])
    found = evaluate("classification", ["a", "b"], p, np.array([0, 1, 1]), slices=["x", "x", None])
    assert found.slices == {"x": {"accuracy": 0.5, "n": 2.0}}


def test_one_class_test_rows_have_no_roc_auc_and_no_nan() -> None:
    p, _ = random_rows(20, 2)
    found = evaluate("classification", ["a", "b"], p, np.zeros(20, dtype=int))
    assert "roc_auc" not in found.metrics
    assert all(np.isfinite([f.value, f.low, f.high]).all() for f in found.metrics.values())


def test_multilabel_figures_of_a_hand_made_case() -> None:
    p = np.array([[0.9, 0.2], [0.4, 0.8], [0.1, 0.1], [0.9, 0.9]])
    truth = np.array([[1, 0], [1, 1], [0, 0], [1, 0]])
    found = evaluate("multilabel", ["a", "b"], p, truth, thresholds=[0.5, 0.5])
    # a: 2 of 2 answered right, 1 missed; b: 1 of 2 answered right, none missed.
    assert found.per_class["a"] == pytest.approx({"precision": 1.0, "recall": 2 / 3, "f1": 0.8, "n": 3})
    assert found.per_class["b"] == pytest.approx({"precision": 0.5, "recall": 1.0, "f1": 2 / 3, "n": 1})
    assert found.metrics["accuracy"].value == 0.5
    assert found.metrics["micro_f1"].value == pytest.approx(2 * 3 / (4 + 4))
    assert found.metrics["macro_f1"].value == pytest.approx((0.8 + 2 / 3) / 2)


def test_many_rows_are_judged_in_bounded_memory() -> None:
    p, targets = random_rows(30_000, 3)
    assert evaluate("classification", ["a", "b", "c"], p, targets).n == 30_000


def test_many_classes_are_judged_in_seconds() -> None:
    p, targets = random_rows(3000, 150)
    start = time.process_time()
    evaluate("classification", [str(i) for i in range(150)], p, targets)
    assert time.process_time() - start < 20


def test_the_margin_is_paired_so_its_interval_is_narrower_than_that_of_two_accuracies() -> None:
    p, targets = random_rows(800, 2)
    worse = np.where(RNG.random((800, 1)) < 0.05, p[:, ::-1], p)
    found = accuracy_margin("classification", p, worse, targets)
    alone = evaluate("classification", ["a", "b"], p, targets).metrics["accuracy"]
    expected = (p.argmax(axis=1) == targets).mean() - (worse.argmax(axis=1) == targets).mean()
    assert found.value == pytest.approx(expected)
    assert found.high - found.low < alone.high - alone.low


def test_a_network_has_no_margin_over_itself() -> None:
    p, targets = random_rows(50, 3)
    found = accuracy_margin("classification", p, p, targets)
    assert (found.low, found.value, found.high) == (0.0, 0.0, 0.0)


def test_cardinality_counts_the_labels_of_a_row() -> None:
    p = np.array([[0.9, 0.2], [0.4, 0.8], [0.1, 0.1], [0.9, 0.9]])
    truth = np.array([[1, 0], [1, 1], [0, 0], [1, 0]])
    found = evaluate("multilabel", ["a", "b"], p, truth, missed=np.array([0, 0, 1, 0]))
    assert found.cardinality == {"labelled": 5 / 4, "answered": 4 / 4}
    assert evaluate("classification", ["a", "b"], p, np.array([0, 1, 0, 1])).cardinality == {}
