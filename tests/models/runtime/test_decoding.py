import numpy as np
import pytest

from models.runtime.decoding import Answer, LabelScore, decode, probabilities, sigmoid, softmax
from models.runtime.manifest import Calibration, Task

PLAIN = Calibration(temperature=1.0)


def decode_one(
    task: Task, labels: list[str], calibration: Calibration, logits: np.ndarray, tokens: int
) -> Answer:
    (answer,) = decode(task, labels, calibration, logits[np.newaxis], [tokens])
    return answer


@pytest.mark.lecture
def test_softmax_of_the_lecture() -> None:
    np.testing.assert_allclose(softmax(np.array([2.0, 1.0, 0.0])), [0.66524, 0.24473, 0.09003], atol=1e-5)


def test_softmax_and_sigmoid_of_huge_logits_are_finite() -> None:
    huge = np.array([1e4, -1e4, 0.0])
    np.testing.assert_array_equal(softmax(huge), [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(sigmoid(huge), [1.0, 0.0, 0.5])


def test_temperature_divides_the_logits() -> None:
    logits = np.array([2.0, 0.0])
    np.testing.assert_allclose(probabilities("classification", logits, 2.0), softmax(np.array([1.0, 0.0])))
    np.testing.assert_allclose(probabilities("multilabel", logits, 2.0), sigmoid(np.array([1.0, 0.0])))


def test_best_confidence_and_margin() -> None:
    answer = decode_one("classification", ["a", "b", "c"], PLAIN, np.log([0.2, 0.7, 0.1]), tokens=3)
    assert (answer.best, answer.abstained) == (1, False)
    assert answer.confidence == pytest.approx(0.7)
    assert answer.margin == pytest.approx(0.5)


def test_rows_are_decoded_each_for_itself() -> None:
    logits = np.random.default_rng(1).normal(size=(5, 3))
    together = decode("classification", ["a", "b", "c"], PLAIN, logits, [1, 0, 2, 3, 4])
    alone = [
        decode_one("classification", ["a", "b", "c"], PLAIN, row, tokens)
        for row, tokens in zip(logits, [1, 0, 2, 3, 4], strict=True)
    ]
    assert together == alone
    assert decode("classification", ["a", "b"], PLAIN, np.empty((0, 2)), []) == []


def test_a_tie_goes_to_the_first_label() -> None:
    assert decode_one("classification", ["a", "b"], PLAIN, np.zeros(2), tokens=1).best == 0


@pytest.mark.parametrize(("threshold", "abstained"), [(0.69, False), (0.71, True)])
def test_abstains_below_the_threshold_and_keeps_the_best_guess(threshold: float, abstained: bool) -> None:
    calibration = Calibration(temperature=1.0, abstain_below=threshold)
    answer = decode_one("classification", ["a", "b"], calibration, np.log([0.3, 0.7]), tokens=2)
    assert (answer.best, answer.abstained) == (1, abstained)


def test_a_text_without_tokens_is_abstained_from() -> None:
    assert decode_one("classification", ["a", "b"], PLAIN, np.array([9.0, 0.0]), tokens=0).abstained


def test_multilabel_answers_every_label_at_its_threshold_most_probable_first() -> None:
    calibration = Calibration(temperature=1.0, thresholds=[0.3, 0.9, 0.5])
    logits = np.log(np.array([0.4, 0.8, 0.5]) / np.array([0.6, 0.2, 0.5]))
    answer = decode_one("multilabel", ["a", "b", "c"], calibration, logits, tokens=1)
    assert answer.labels == (LabelScore("c", pytest.approx(0.5)), LabelScore("a", pytest.approx(0.4)))
