"""The linear chain against every path there is, and the same in NumPy."""

from itertools import pairwise, product

import keras
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp

from models.networks.heads.crf import FORBIDDEN, Transitions, log_likelihood, marginals, path_score, viterbi
from models.runtime.crf import Chain, Lattice, best_path
from models.text.tags import allowed_transitions, repairs, tags_at

Floats = npt.NDArray[np.float32]
LENGTHS = np.array([4, 1, 3, 0], np.int32)


def scores(types: int, seed: int, batch: int = 4, time: int = 4) -> tuple[Floats, Floats]:
    """Random emissions [batch, time, tags] and constrained transitions [tags + 1, tags + 1]."""
    random = np.random.default_rng(seed)
    tags = 4 * types + 1
    transitions = random.normal(0, 2, (tags + 1, tags + 1)).astype(np.float32)
    transitions[~allowed_transitions(types)] = FORBIDDEN
    return random.normal(0, 3, (batch, time, tags)).astype(np.float32), transitions


def score_of(emissions: Floats, transitions: Floats, path: tuple[int, ...]) -> float:
    """The definition, one term after the other."""
    if not path:
        return 0.0
    outside = len(transitions) - 1
    total = float(transitions[outside, path[0]]) + float(transitions[path[-1], outside])
    total += sum(float(emissions[step, tag]) for step, tag in enumerate(path))
    return total + sum(float(transitions[i, j]) for i, j in pairwise(path))


def all_paths(emissions: Floats, transitions: Floats, length: int) -> dict[tuple[int, ...], float]:
    tags = range(emissions.shape[-1])
    return {path: score_of(emissions, transitions, path) for path in product(tags, repeat=length)}


@pytest.mark.parametrize("seed", [1, 2])
def test_probabilities_are_those_of_all_paths(seed: int) -> None:
    emissions, transitions = scores(1, seed)
    tags = np.random.default_rng(seed).integers(0, 5, (4, 4)).astype(np.int32)
    found = np.asarray(log_likelihood(emissions, transitions, tags, LENGTHS))
    of_tags = np.asarray(marginals(emissions, transitions, LENGTHS))
    for row, length in enumerate(LENGTHS):
        paths = all_paths(emissions[row], transitions, length)
        total = logsumexp(list(paths.values()))
        mine = tuple(tags[row, :length].tolist())
        np.testing.assert_allclose(found[row], paths[mine] - total, rtol=1e-4, atol=1e-3)
        expected = np.zeros((4, 5))
        for path, score in paths.items():
            for step, tag in enumerate(path):
                expected[step, tag] += np.exp(score - total)
        np.testing.assert_allclose(of_tags[row], expected, atol=1e-5)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_best_path_is_the_best_of_all_paths(seed: int) -> None:
    emissions, transitions = scores(1, seed)
    found = np.asarray(viterbi(emissions, transitions, LENGTHS))
    for row, length in enumerate(LENGTHS):
        paths = all_paths(emissions[row], transitions, length)
        best = max(paths, key=lambda path: paths[path])
        assert found[row].tolist() == [*best, *[0] * (4 - length)]
        assert best_path(emissions[row, :length], Chain.of(transitions)).tolist() == list(best)


def test_numpy_gives_the_same_paths_and_marginals_as_the_graph() -> None:
    emissions, transitions = scores(6, seed=5, batch=12, time=30)
    lengths = np.arange(2, 26, 2, dtype=np.int32)
    chain = Chain.of(transitions)
    paths = np.asarray(viterbi(emissions, transitions, lengths))
    of_tags = np.asarray(marginals(emissions, transitions, lengths))
    for row, length in enumerate(lengths):
        mine = emissions[row, :length]
        np.testing.assert_array_equal(best_path(mine, chain), paths[row, :length])
        np.testing.assert_allclose(Lattice.of(mine, chain).marginals(), of_tags[row, :length], atol=5e-5)
        assert not paths[row, length:].any()
        assert not of_tags[row, length:].any()


def test_padding_changes_nothing() -> None:
    emissions, transitions = scores(2, seed=3)
    tags = np.ones((4, 4), np.int32)
    other = emissions.copy()
    for row, length in enumerate(LENGTHS):
        other[row, length:] = 99.0
    for compute in (viterbi, marginals):
        np.testing.assert_array_equal(
            np.asarray(compute(emissions, transitions, LENGTHS)),
            np.asarray(compute(other, transitions, LENGTHS)),
        )
    np.testing.assert_array_equal(
        np.asarray(log_likelihood(emissions, transitions, tags, LENGTHS)),
        np.asarray(log_likelihood(other, transitions, tags, LENGTHS)),
    )


def test_a_path_scores_what_it_is_defined_to() -> None:
    emissions, transitions = scores(2, seed=4)
    tags = np.random.default_rng(4).integers(0, 9, (4, 4)).astype(np.int32)
    found = np.asarray(path_score(emissions, transitions, tags, LENGTHS))
    expected = [
        score_of(emissions[row], transitions, tuple(tags[row, :length])) for row, length in enumerate(LENGTHS)
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3), st.integers(1, 12), st.integers(0, 2**31), st.floats(0.0, 40.0))
def test_no_ill_formed_row_ever_comes_out(types: int, time: int, seed: int, spread: float) -> None:
    random = np.random.default_rng(seed)
    tags = 4 * types + 1
    layer = Transitions(types)
    layer.build(None)
    layer.scores.assign(random.normal(0, 5, (tags + 1, tags + 1)))
    emissions = (spread * random.normal(size=(1, time, tags))).astype(np.float32)
    transitions = np.asarray(layer(emissions))
    lengths = np.array([time], np.int32)
    names = [f"t{number}" for number in range(types)]
    for path in (
        np.asarray(viterbi(emissions, transitions, lengths))[0],
        best_path(emissions[0], Chain.of(transitions)),
    ):
        assert repairs(tags_at(path.tolist(), names), "BIOES") == 0


def test_forbidden_pairs_get_no_gradient() -> None:
    import tensorflow as tf

    emissions, _ = scores(1, seed=7)
    layer = Transitions(1)
    layer.build(None)
    tags = np.array([[1, 2, 3, 0], [4, 0, 0, 0], [0, 4, 0, 0], [0, 0, 0, 0]], np.int32)
    with tf.GradientTape() as tape:
        loss = -tf.reduce_sum(log_likelihood(emissions, layer(emissions), tags, LENGTHS))
    gradient = tape.gradient(loss, layer.scores.value).numpy()
    allowed = allowed_transitions(1)
    assert np.isfinite(gradient).all()
    assert not gradient[~allowed].any()
    assert gradient[allowed].any()


def test_without_learning_every_tag_is_chosen_alone() -> None:
    emissions, _ = scores(2, seed=8)
    transitions = np.asarray(Transitions(2, learned=False)(emissions))
    full = np.full(4, 4, np.int32)
    np.testing.assert_array_equal(
        np.asarray(viterbi(emissions, transitions, full)), emissions.argmax(axis=-1)
    )
    np.testing.assert_allclose(
        np.asarray(marginals(emissions, transitions, full)),
        np.asarray(keras.ops.softmax(emissions)),
        atol=1e-6,
    )


def test_the_layer_is_saved_and_loaded() -> None:
    layer = Transitions(3, learned=False, name="transitions")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert (again.types, again.learned) == (3, False)


def test_one_graph_serves_batches_of_every_size() -> None:
    import tensorflow as tf

    _, transitions = scores(2, seed=1)
    specs = [
        tf.TensorSpec([None, None, 9]),
        tf.TensorSpec([None, None], tf.int32),
        tf.TensorSpec([None], tf.int32),
    ]

    @tf.function(input_signature=specs)
    def compute(emissions: tf.Tensor, tags: tf.Tensor, lengths: tf.Tensor) -> tuple[tf.Tensor, ...]:
        return (
            viterbi(emissions, transitions, lengths),
            marginals(emissions, transitions, lengths),
            log_likelihood(emissions, transitions, tags, lengths),
        )

    for batch, time in ((4, 6), (1, 1), (3, 2)):
        emissions, _ = scores(2, seed=time, batch=batch, time=time)
        tags, lengths = np.zeros((batch, time), np.int32), np.full(batch, time, np.int32)
        paths, shares, found = compute(emissions, tags, lengths)
        np.testing.assert_array_equal(paths, np.asarray(viterbi(emissions, transitions, lengths)))
        np.testing.assert_allclose(shares, marginals(emissions, transitions, lengths), atol=1e-6)
        np.testing.assert_allclose(found, log_likelihood(emissions, transitions, tags, lengths), rtol=1e-5)
