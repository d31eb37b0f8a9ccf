"""The linear chain where scores are far apart or rows are long, against sums of logarithms in float64."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from scipy.special import logsumexp, softmax

from models.networks.heads.crf import FORBIDDEN, log_likelihood, marginals, viterbi
from models.runtime.crf import Chain, Lattice, best_path
from models.text.tags import allowed_transitions

TYPES, TAGS = 2, 9
ALLOWED = allowed_transitions(TYPES)

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Reference:
    """What one row is worth: every sum in float64, every exponential beside the largest.

    Attributes:
        total: the logarithm of the weight of all paths.
        marginals: [time, tags].
        pairs: how often each transition is expected, [tags + 1, tags + 1].
        best: the score of the best path.
    """

    total: float
    marginals: npt.NDArray[np.float64]
    pairs: npt.NDArray[np.float64]
    best: float

    @classmethod
    def of(cls, emissions: Floats, transitions: Floats) -> "Reference":
        scores, between = emissions.astype(np.float64), transitions.astype(np.float64)
        inner, start, end = between[:-1, :-1], between[-1, :-1], between[:-1, -1]
        forward, backward, best = [start + scores[0]], [end], start + scores[0]
        for emission in scores[1:]:
            forward.append(logsumexp(forward[-1][:, None] + inner, axis=0) + emission)
            best = (best[:, None] + inner).max(axis=0) + emission
        for emission in scores[:0:-1]:
            backward.append(logsumexp(inner + (emission + backward[-1]), axis=1))
        backward.reverse()
        total = logsumexp(forward[-1] + end)
        shares = softmax(np.add(forward, backward), axis=1)
        pairs = np.zeros_like(between)
        pairs[-1, :-1], pairs[:-1, -1] = shares[0], shares[-1]
        for step in range(1, len(scores)):
            pairs[:-1, :-1] += np.exp(
                forward[step - 1][:, None] + inner + (scores[step] + backward[step]) - total
            )
        return cls(float(total), shares, pairs, float((best + end).max()))


def far_apart(emitted: float, between: float, time: int, rows: int = 3) -> tuple[Floats, Floats, Ints]:
    """Emissions and transitions up to these sizes, and tags that are well formed."""
    random = np.random.default_rng(int(emitted + between) + time)
    emissions = random.uniform(-emitted, emitted, (rows, time, TAGS)).astype(np.float32)
    transitions = random.uniform(-between, between, (TAGS + 1, TAGS + 1)).astype(np.float32)
    transitions[~ALLOWED] = FORBIDDEN
    tags = np.zeros((rows, time), np.int32)
    tags[:, ::5], tags[:, 2], tags[:, 3] = 8, 1, 3
    return emissions, transitions, tags


def score_of(emissions: Floats, transitions: Floats, path: npt.NDArray[np.integer]) -> float:
    around = np.array([TAGS, *path, TAGS])
    found = transitions.astype(np.float64)[around[:-1], around[1:]].sum()
    return float(found + emissions.astype(np.float64)[np.arange(len(path)), path].sum())


@tf.function(
    input_signature=[
        tf.TensorSpec([None, None, TAGS]),
        tf.TensorSpec([TAGS + 1, TAGS + 1]),
        tf.TensorSpec([None, None], tf.int32),
        tf.TensorSpec([None], tf.int32),
    ]
)
def in_graph(
    emissions: tf.Tensor, transitions: tf.Tensor, tags: tf.Tensor, lengths: tf.Tensor
) -> tuple[tf.Tensor, ...]:
    """Log-likelihoods, marginals, best paths, and the gradients by emissions and by transitions."""
    with tf.GradientTape() as tape:
        tape.watch([emissions, transitions])
        found = log_likelihood(emissions, transitions, tags, lengths)
        total = tf.reduce_sum(found)
    return (
        found,
        marginals(emissions, transitions, lengths),
        viterbi(emissions, transitions, lengths),
        *tape.gradient(total, [emissions, transitions]),
    )


SIZES = [(3, 1, 40), (30, 1, 40), (100, 1, 40), (1000, 1, 40)]
SIZES += [(3, 30, 40), (3, 100, 40), (3, 1000, 40), (1000, 1000, 40), (3, 1, 1000), (1000, 100, 1000)]


@pytest.mark.parametrize(("emitted", "between", "time"), SIZES)
def test_loss_gradients_marginals_and_paths_are_right(emitted: float, between: float, time: int) -> None:
    emissions, transitions, tags = far_apart(emitted, between, time)
    lengths = np.array([time, time - 7, 1], np.int32)
    found, of_tags, paths, by_emission, by_pair = (
        each.numpy() for each in in_graph(emissions, transitions, tags, lengths)
    )
    chain, pairs = Chain.of(transitions), np.zeros_like(transitions, dtype=np.float64)
    for row, length in enumerate(lengths):
        mine, here = emissions[row, :length], tags[row, :length]
        expected = Reference.of(mine, transitions)
        loss = score_of(mine, transitions, here) - expected.total
        np.testing.assert_allclose(found[row], loss, rtol=1e-5, atol=1e-3)
        np.testing.assert_allclose(of_tags[row, :length], expected.marginals, atol=2e-3)
        gradient = np.eye(TAGS)[here] - expected.marginals
        np.testing.assert_allclose(by_emission[row, :length], gradient, atol=2e-3)
        around = np.array([TAGS, *here, TAGS])
        np.add.at(pairs, (around[:-1], around[1:]), 1.0)
        pairs -= expected.pairs
        lattice = Lattice.of(mine, chain)
        np.testing.assert_allclose(lattice.marginals(), expected.marginals, atol=1e-8)
        for path in (paths[row, :length], best_path(mine, chain)):
            np.testing.assert_allclose(score_of(mine, transitions, path), expected.best, rtol=1e-6, atol=1e-3)
            of_first = lattice.probability(np.asarray(path, np.int64), 0, 1)
            np.testing.assert_allclose(of_first, expected.marginals[0, path[0]], atol=1e-8)
    np.testing.assert_allclose(by_pair[ALLOWED], pairs[ALLOWED], rtol=1e-4, atol=0.02)


def test_without_transitions_every_tag_of_a_long_row_is_chosen_alone() -> None:
    emissions = np.random.default_rng(0).normal(50, 1, (1, 2000, TAGS)).astype(np.float32)
    transitions = np.zeros((TAGS + 1, TAGS + 1), np.float32)
    best = emissions.argmax(axis=-1)
    lengths = np.array([2000], np.int32)
    np.testing.assert_array_equal(in_graph(emissions, transitions, np.zeros_like(best), lengths)[2], best)
    np.testing.assert_array_equal(best_path(emissions[0], Chain.of(transitions)), best[0])
