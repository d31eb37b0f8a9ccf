"""Probabilities of entities, from the sums over all rows of tags."""

from itertools import pairwise, product

import numpy as np

from models.networks.heads.crf import FORBIDDEN
from models.runtime.crf import Chain, Lattice, best_path
from models.text.tags import allowed_transitions


def test_the_probability_of_a_stretch_is_the_share_of_the_paths_that_hold_it() -> None:
    random = np.random.default_rng(2)
    transitions = random.normal(0, 1.5, (6, 6))
    transitions[~allowed_transitions(1)] = FORBIDDEN
    emissions = random.normal(0, 2, (4, 5))
    weights = {}
    for path in product(range(5), repeat=4):
        score = transitions[5, path[0]] + transitions[path[-1], 5]
        score += sum(emissions[step, tag] for step, tag in enumerate(path))
        score += sum(transitions[i, j] for i, j in pairwise(path))
        weights[path] = np.exp(score)
    lattice = Lattice.of(emissions, Chain.of(transitions))
    wanted = np.array([0, 1, 2, 3])
    for start, end in [(1, 4), (0, 1), (0, 4), (2, 3)]:
        share = sum(w for path, w in weights.items() if path[start:end] == tuple(wanted[start:end]))
        assert np.isclose(lattice.probability(wanted, start, end), share / sum(weights.values()))


def test_a_text_without_tokens_has_no_path() -> None:
    chain = Chain.of(np.zeros((6, 6), np.float32))
    empty = np.empty((0, 5), np.float32)
    assert best_path(empty, chain).shape == (0,)
    assert Lattice.of(empty, chain).marginals().shape == (0, 5)


def test_far_apart_scores_stay_finite() -> None:
    transitions = np.where(allowed_transitions(2), 0.0, FORBIDDEN).astype(np.float32)
    emissions = (300 * np.random.default_rng(0).normal(size=(200, 9))).astype(np.float32)
    lattice = Lattice.of(emissions, Chain.of(transitions))
    assert np.isfinite(lattice.marginals()).all()
    np.testing.assert_allclose(lattice.marginals().sum(axis=1), 1.0, atol=1e-6)
