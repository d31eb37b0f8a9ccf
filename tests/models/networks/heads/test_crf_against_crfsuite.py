"""The linear chain, in Keras and in NumPy, against CRFsuite on the weights that CRFsuite learned."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pycrfsuite
import pytest

from models.networks.heads.crf import log_likelihood, marginals, viterbi
from models.runtime.crf import Chain, Lattice, best_path

Floats = npt.NDArray[np.float32]
WORDS = 12
TIME = 9
LENGTHS = np.array([9, 1, 5, 2, 7, 3, 8, 4], np.int32)


@dataclass(frozen=True)
class Case:
    """Rows of random words with the scores of a chain, and CRFsuite's own answers to them."""

    tagger: pycrfsuite.Tagger
    labels: list[str]
    rows: list[list[list[str]]]
    emissions: Floats
    transitions: Floats

    def numbers(self, tags: list[str]) -> list[int]:
        return [self.labels.index(tag) for tag in tags]


def learned(seed: int, tags: int, folder: Path) -> Case:
    """A model of random words with random tags; CRFsuite has no scores for beginning and end: 0 here."""
    random = np.random.default_rng(seed)

    def row(length: int) -> list[list[str]]:
        return [[f"w{a}", f"v{b}"] for a, b in random.integers(0, WORDS, (length, 2))]

    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params({"c1": 0.0, "c2": 0.002, "max_iterations": 60, "feature.possible_transitions": True})
    for length in random.integers(2, TIME, 40):
        trainer.append(row(length), [f"t{tag}" for tag in random.integers(0, tags, length)])
    trainer.train(str(folder / "model"))
    tagger = pycrfsuite.Tagger()
    tagger.open(str(folder / "model"))

    info, labels = tagger.info(), tagger.labels()
    rows = [row(int(length)) for length in LENGTHS]
    emissions = np.zeros((len(rows), TIME, tags), np.float32)
    for number, words in enumerate(rows):
        for step, found in enumerate(words):
            for tag, label in enumerate(labels):
                emissions[number, step, tag] = sum(info.state_features.get((w, label), 0.0) for w in found)
    transitions = np.zeros((tags + 1, tags + 1), np.float32)
    for (before, after), weight in info.transitions.items():
        transitions[labels.index(before), labels.index(after)] = weight
    return Case(tagger, labels, rows, emissions, transitions)


@pytest.fixture(params=[(1, 2), (2, 3), (3, 5), (4, 9), (5, 9)], ids=lambda case: f"seed {case[0]}")
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    seed, tags = request.param
    found = learned(seed, tags, tmp_path)
    assert len(found.labels) == tags
    # Weak weights would let any chain agree.
    assert np.ptp(found.emissions) > 1.5
    assert np.ptp(found.transitions) > 0.5
    return found


def test_the_best_path_is_crfsuites(case: Case) -> None:
    of_graph = np.asarray(viterbi(case.emissions, case.transitions, LENGTHS))
    for number, (words, length) in enumerate(zip(case.rows, LENGTHS, strict=True)):
        wanted = case.numbers(case.tagger.tag(words))
        assert of_graph[number, :length].tolist() == wanted
        of_numpy = best_path(case.emissions[number, :length], Chain.of(case.transitions))
        assert of_numpy.tolist() == wanted


def test_the_probability_of_a_row_of_tags_is_crfsuites(case: Case) -> None:
    """Of the best row, whose probability is large, and of a random one."""
    random = np.random.default_rng(0)
    drawn = random.integers(0, len(case.labels), (len(LENGTHS), TIME)).astype(np.int32)
    for tags in (drawn, np.asarray(viterbi(case.emissions, case.transitions, LENGTHS))):
        logarithms = np.asarray(log_likelihood(case.emissions, case.transitions, tags, LENGTHS))
        for number, (words, length) in enumerate(zip(case.rows, LENGTHS, strict=True)):
            case.tagger.set(words)
            mine = tags[number, :length]
            wanted = case.tagger.probability([case.labels[tag] for tag in mine])
            np.testing.assert_allclose(logarithms[number], np.log(wanted), atol=1e-4)
            lattice = Lattice.of(case.emissions[number, :length], Chain.of(case.transitions))
            assert lattice.probability(mine, 0, length) == pytest.approx(wanted, rel=1e-4)


def test_the_marginals_are_crfsuites(case: Case) -> None:
    of_graph = np.asarray(marginals(case.emissions, case.transitions, LENGTHS))
    for number, (words, length) in enumerate(zip(case.rows, LENGTHS, strict=True)):
        case.tagger.set(words)
        wanted = [[case.tagger.marginal(label, step) for label in case.labels] for step in range(length)]
        np.testing.assert_allclose(of_graph[number, :length], wanted, atol=1e-4)
        lattice = Lattice.of(case.emissions[number, :length], Chain.of(case.transitions))
        np.testing.assert_allclose(lattice.marginals(), wanted, atol=1e-4)
