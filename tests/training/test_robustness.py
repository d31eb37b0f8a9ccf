from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from models.runtime.manifest import Calibration, RobustnessRow
from models.text.spec import TextRule
from training.robustness import MOST_ROWS, LabelledTexts, TextModel, robustness

POSITIVE, NEGATIVE = "this film was good not bad", "this film was bad not good"
TEXTS = [POSITIVE, NEGATIVE] * 50 + ["bad", "good enough"] * 10
TARGETS = np.array([1, 0] * 50 + [0, 1] * 10, dtype=np.int32)


def answers(found: list[bool]) -> npt.NDArray[np.float64]:
    return np.array([[0.0, 4.0] if yes else [4.0, 0.0] for yes in found])


def reads(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Knows what stands before "not"."""
    return answers(["good" in text.split("not")[0].split() for text in texts])


def counts(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Knows single words only."""
    return answers(["good" in text.split() for text in texts])


def table(
    texts: list[str], targets: npt.NDArray[np.int32], **given: LabelledTexts
) -> dict[str, RobustnessRow]:
    rows = LabelledTexts("classification", texts, targets, np.zeros(len(texts), np.int32))
    models = [TextModel("reads", reads, CALM), TextModel("counts", counts, CALM)]
    right = {model.name: rows.right(model) for model in models}
    lengths = np.array([len(text.split()) for text in texts])
    unknown = np.array([text.split().count("film") / len(text.split()) for text in texts])
    found = robustness(rows, right, models, TextRule(), lengths, unknown, seed=1, **given)
    return {row.name: row for row in found}


CALM = Calibration(temperature=1.0)


def test_shuffling_shows_who_reads_the_order() -> None:
    row = table(TEXTS, TARGETS)["words shuffled"]
    assert row.unchanged == {"reads": 1.0, "counts": 70 / 120}
    assert row.accuracy["counts"] == row.unchanged["counts"]
    assert row.accuracy["reads"] < 0.8
    assert row.n == 120


def test_rows_with_a_negation_word_are_judged_apart() -> None:
    row = table(TEXTS, TARGETS)["with a negation word"]
    assert (row.n, row.unchanged) == (100, None)
    assert row.accuracy == {"reads": 1.0, "counts": 0.5}


def test_slices_of_a_group_hold_every_row_once() -> None:
    found = table([*TEXTS, "good " * 7], np.append(TARGETS, 1))
    assert {row.group for row in found.values()} == {None, "length", "unknown words", "negation"}
    unknown = {name: row for name, row in found.items() if row.group == "unknown words"}
    # "film" is one word in six of the long texts.
    assert {name: row.n for name, row in unknown.items()} == {
        "no unknown word": 21,
        "5% to 20% unknown words": 100,
    }
    assert unknown["5% to 20% unknown words"].accuracy == {"reads": 1.0, "counts": 0.5}
    assert found["without a negation word"].n == 21


def test_rows_are_judged_by_length_and_every_row_once() -> None:
    found = table([*TEXTS, "good " * 7], np.append(TARGETS, 1))
    by_length = {name: row for name, row in found.items() if "tokens" in name}
    # Most rows have six tokens, which no quarter may tear apart.
    assert {name: row.n for name, row in by_length.items()} == {"1 to 6 tokens": len(TEXTS), "7 tokens": 1}


def test_lengths_are_cut_into_quarters() -> None:
    texts = [" ".join(["good"] * length) for length in range(1, 101)]
    found = table(texts, np.ones(100, np.int32))
    assert [(name, row.n) for name, row in found.items() if "tokens" in name] == [
        ("1 to 25 tokens", 25),
        ("26 to 50 tokens", 25),
        ("51 to 75 tokens", 25),
        ("76 to 100 tokens", 25),
    ]


def test_misspelling_costs_a_model_that_knows_words_by_heart() -> None:
    row = table(["good"] * 500, np.ones(500, np.int32))["10 % of the words misspelt"]
    assert row.unchanged == {"reads": 1.0, "counts": 1.0}
    assert row.accuracy["counts"] == pytest.approx(0.9, abs=0.04)


def test_a_second_domain_is_judged_where_there_is_one() -> None:
    other = LabelledTexts("classification", ["good", "bad"], np.array([1, -1]), np.zeros(2, np.int32))
    assert "other data" not in table(TEXTS, TARGETS)
    row = table(TEXTS, TARGETS, other=other)["other data"]
    assert (row.n, row.accuracy) == (2, {"reads": 0.5, "counts": 0.5})


def test_few_rows_are_enough() -> None:
    many = table(TEXTS * 20, np.tile(TARGETS, 20))
    assert many["words shuffled"].n == MOST_ROWS
    assert many["with a negation word"].n == 2000


def test_multilabel_rows_are_right_with_exactly_the_right_labels() -> None:
    rows = LabelledTexts(
        "multilabel", ["a", "b"], np.array([[1, 0], [1, 1]], np.float32), np.array([0, 1], np.int32)
    )
    model = TextModel(
        "m", lambda _: np.array([[1.0, -1.0], [1.0, 1.0]]), Calibration(temperature=1, thresholds=[0.5, 0.5])
    )
    assert rows.right(model).tolist() == [True, False], "a label that training did not have is missed"
