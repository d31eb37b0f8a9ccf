"""Figures of entities, against counts made by hand."""

import numpy as np
import pytest

from models.text.tags import Span
from training.tagging.figures import (
    Answers,
    error_kinds,
    evaluate_spans,
    f1_margin,
    span_counts,
    type_confusion,
)

TYPES = ["city", "time"]
GOLD = [
    (Span(0, 4, "city"), Span(8, 12, "time")),
    (Span(0, 4, "city"),),
    (),
    (Span(2, 5, "unheard"),),
]
SAID = [
    (Span(0, 4, "city"), Span(8, 10, "time")),
    (Span(0, 4, "time"),),
    (Span(3, 5, "city"),),
    (Span(2, 5, "city"),),
]


def test_only_exact_entities_count() -> None:
    """1 of 5 answers is right, 1 of 4 entities is found."""
    evaluation = evaluate_spans(TYPES, GOLD, Answers(tuple(SAID), None), None)
    metrics = {name: figure.value for name, figure in evaluation.metrics.items()}
    assert metrics["precision"] == pytest.approx(1 / 5)
    assert metrics["recall"] == pytest.approx(1 / 4)
    assert metrics["f1"] == pytest.approx(2 / 9)
    assert metrics["macro_f1"] == pytest.approx((2 * 1 / 5 + 0) / 2)
    assert metrics["accuracy"] == 0.0
    assert evaluation.per_class["city"] == {
        "precision": pytest.approx(1 / 3),
        "recall": 0.5,
        "f1": pytest.approx(0.4),
        "n": 2.0,
    }


def test_errors_by_kind() -> None:
    assert error_kinds(GOLD, SAID) == {
        "boundary": 1,
        "type": 2,
        "boundary and type": 0,
        "missed": 0,
        "invented": 1,
    }
    assert error_kinds([(Span(0, 2, "city"),)], [()])["missed"] == 1
    assert error_kinds([(Span(0, 2, "city"),)], [(Span(1, 3, "time"),)])["boundary and type"] == 1


def test_types_taken_for_one_another() -> None:
    assert type_confusion(GOLD, SAID, TYPES).tolist() == [[1, 1, 0], [0, 0, 1], [1, 1, 0]]


def test_a_text_is_right_with_its_intent_only() -> None:
    gold, said = [(Span(0, 1, "city"),), ()], ((Span(0, 1, "city"),), ())
    evaluation = evaluate_spans(TYPES, gold, Answers(said, np.array([0, 1])), np.array([0, -1]))
    assert evaluation.metrics["accuracy"].value == 0.5
    assert evaluation.metrics["intent_accuracy"].value == 0.5
    assert evaluation.metrics["f1"].value == 1.0


def test_the_margin_is_the_difference_of_both_scores() -> None:
    ours, theirs = span_counts(GOLD, SAID, TYPES), span_counts(GOLD, [()] * 4, TYPES)
    margin = f1_margin(ours, theirs, seed=1)
    assert margin.value == pytest.approx(2 / 9)
    assert margin.low <= margin.value <= margin.high
