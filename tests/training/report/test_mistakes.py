"""Which rows are shown, and in which order."""

from dataclasses import replace

import numpy as np

from models.runtime.decoding import probabilities
from models.runtime.manifest import Calibration
from training.report.material import JudgedRows
from training.report.mistakes import EXCERPT, excerpt, worst_label_mistakes, worst_mistakes

LABELS = ("a", "b", "c")


def _judged(logits, targets) -> JudgedRows:
    rows = len(targets)
    texts = tuple(f"text {i}" for i in range(rows))
    return JudgedRows(
        "test", texts, np.array(targets), np.array(logits, np.float32), np.ones(rows), np.zeros(rows)
    )


def test_mistakes_are_the_most_confident_wrong_answers() -> None:
    logits = [[9, 0, 0], [0, 2, 0], [0, 0, 5], [3, 0, 0], [0, 1, 0]]
    judged = _judged(logits, [0, 0, 1, -1, 1])
    p = probabilities("classification", judged.logits, 1.0)
    found = worst_mistakes(LABELS, p, judged)
    assert [one.row for one in found] == [3, 4, 2]
    assert [(one.label, one.answer) for one in found] == [("b", "c"), (None, "a"), ("a", "b")]
    assert found[0].excerpt == "text 2"
    assert found[0].confidence == np.exp(5.0) / (np.exp(5.0) + 2.0)
    assert [one.row for one in worst_mistakes(LABELS, p, judged, but={4})] == [3, 2]
    # A file has other rows between them, and those of train.
    filed = replace(judged, numbers=(7, 20, 9, 12, 30))
    assert [one.row for one in worst_mistakes(LABELS, p, filed, but={12})] == [9, 20]


def test_no_wrong_answer_left_out_is_surer_than_one_shown(make_material) -> None:
    material = make_material(labels=LABELS, noise=6.0)
    judged = material.judged
    p = probabilities("classification", judged.logits, 1.0)
    everything = worst_mistakes(LABELS, p, judged, limit=10_000)
    shown = worst_mistakes(LABELS, p, judged)
    assert len(everything) == int((judged.logits.argmax(axis=1) != judged.targets).sum()) > len(shown) == 15
    assert min(one.confidence for one in shown) >= max(one.confidence for one in everything[15:])


def test_label_mistakes_name_what_was_missed_and_what_was_invented() -> None:
    logits = [[4, -4, 4], [4, 1, -1], [-6, 4, -4], [4, 4, 4]]
    targets = [[1, 0, 1], [1, 0, 1], [1, 1, 0], [1, 1, 1]]
    calibration = Calibration(temperature=1.0, thresholds=[0.5, 0.5, 0.5])
    found = worst_label_mistakes(LABELS, calibration, _judged(logits, targets))
    assert [one.row for one in found] == [3, 2]
    assert [score.label for score in found[0].missed] == ["a"]
    assert not found[0].invented
    assert [score.label for score in found[1].missed] == ["c"]
    assert [score.label for score in found[1].invented] == ["b"]
    assert found[1].invented[0].confidence == 1.0 / (1.0 + np.exp(-1.0))


def test_label_mistakes_use_the_threshold_of_each_label() -> None:
    strict = Calibration(temperature=1.0, thresholds=[0.9, 0.9, 0.9])
    assert worst_label_mistakes(LABELS, strict, _judged([[1, 1, 1]], [[0, 0, 0]])) == []


def test_excerpt_is_one_line_of_bounded_length() -> None:
    assert excerpt("  two\n\nlines\u3000here ") == "two lines here"
    assert excerpt("x" * EXCERPT) == "x" * EXCERPT
    assert excerpt("y" * (EXCERPT + 1)) == "y" * EXCERPT + " …"
