from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.errors import ConfigError
from models.networks.build import build_network
from models.networks.registry import PARTS

ROWS = [[2, 3, 4], [], [5, 6], [7, 8, 9, 10, 2]]
IDS = np.array([row + [0] * (5 - len(row)) for row in ROWS], np.int32)
LENGTHS = np.array([len(row) for row in ROWS], np.int32)


def weights_of(model: keras.Model) -> list[Any]:
    return [np.asarray(weight) for weight in model.trainable_weights]


def test_inputs_and_output_have_fixed_names_and_types(small: Callable[..., Any]) -> None:
    model = build_network(small(classes=5), seed=1)
    assert set(model.input) == {"ids", "lengths"}
    assert model.input["ids"].shape == (None, None)
    assert model.input["lengths"].shape == (None,)
    assert {tensor.dtype for tensor in model.input.values()} == {"int32"}
    assert model.output.shape == (None, 5)
    assert model.output.dtype == "float32"
    assert model.output_names == ["logits"]


def test_one_seed_gives_the_same_weights(small: Callable[..., Any]) -> None:
    spec = small(pooling="attention", layers=2)
    for first, second in zip(
        weights_of(build_network(spec, 1)), weights_of(build_network(spec, 1)), strict=True
    ):
        np.testing.assert_array_equal(first, second)


def test_another_seed_gives_other_weights(small: Callable[..., Any]) -> None:
    spec = small(pooling="attention", layers=2)
    pairs = zip(weights_of(build_network(spec, 1)), weights_of(build_network(spec, 2)), strict=True)
    # Biases start at constants.
    changed = [not np.array_equal(first, second) for first, second in pairs if first.ndim > 1]
    assert changed
    assert all(changed)


def test_layers_and_directions_start_with_different_weights(small: Callable[..., Any]) -> None:
    model = build_network(small(cell="simple_rnn", layers=3), seed=1)
    names = [f"{direction}_{number}" for number in (2, 3) for direction in ("forward", "backward")]
    kernels = [model.get_layer(name).cell.kernel.numpy() for name in names]
    assert all(np.abs(a - b).max() > 1e-3 for place, a in enumerate(kernels) for b in kernels[:place])


def test_weights_do_not_depend_on_what_keras_drew_before(small: Callable[..., Any]) -> None:
    first = weights_of(build_network(small(), 1))
    keras.utils.set_random_seed(99)
    second = weights_of(build_network(small(), 1))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("pooling", PARTS["pooling"])
@pytest.mark.parametrize("cell", PARTS["cell"])
def test_one_gradient_step_lowers_the_loss(small: Callable[..., Any], cell: str, pooling: str) -> None:
    model = build_network(small(cell=cell, pooling=pooling), seed=1)
    targets = np.array([0, 1, 1, 0], np.int32)

    def loss() -> Any:
        logits = model({"ids": IDS, "lengths": LENGTHS}, training=True)
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits))

    with tf.GradientTape() as tape:
        before = loss()
    weights = model.trainable_variables
    for weight, gradient in zip(weights, tape.gradient(before, weights), strict=True):
        assert gradient is not None, weight.path
        dense = tf.convert_to_tensor(gradient)
        assert np.isfinite(dense).all(), weight.path
        weight.assign_sub(0.1 * dense)
    assert float(loss()) < float(before)


@pytest.mark.parametrize("pooling", PARTS["pooling"])
def test_only_empty_rows_give_finite_gradients(network: Callable[..., Any], pooling: str) -> None:
    model = network(pooling=pooling)
    with tf.GradientTape() as tape:
        logits = model({"ids": np.zeros((2, 3), np.int32), "lengths": np.zeros(2, np.int32)}, training=True)
        loss = tf.reduce_sum(logits**2)
    for gradient in tape.gradient(loss, model.trainable_variables):
        assert np.isfinite(tf.convert_to_tensor(gradient)).all()


@pytest.mark.parametrize("pooling", PARTS["pooling"])
@pytest.mark.parametrize("cell", PARTS["cell"])
def test_padding_vector_never_reaches_the_answer(
    network: Callable[..., Any], answer: Callable[..., Any], cell: str, pooling: str
) -> None:
    model = network(cell=cell, pooling=pooling, layers=2)
    expected = answer(model, ROWS, time=8)
    table = model.get_layer("embedding").embeddings
    table.assign(np.concatenate([np.full((1, 4), np.nan), table.numpy()[1:]]))
    np.testing.assert_array_equal(answer(model, ROWS, time=8), expected)


def test_word_order_matters_and_the_first_word_is_not_forgotten(
    network: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    model = network(cell="lstm", pooling="last", bidirectional=False)
    rows = answer(model, [[2, 3, 4, 5], [5, 4, 3, 2], [6, 3, 4, 5]])
    assert np.abs(rows[0] - rows[1]).max() > 1e-3
    assert np.abs(rows[0] - rows[2]).max() > 1e-3


def test_dropout_acts_in_training_only(small: Callable[..., Any]) -> None:
    model = build_network(small(embedding_dropout=0.5, dropout=0.5), seed=1)
    batch = {"ids": IDS, "lengths": LENGTHS}
    quiet = [np.asarray(model(batch, training=False)) for _ in range(2)]
    noisy = [np.asarray(model(batch, training=True)) for _ in range(2)]
    np.testing.assert_array_equal(quiet[0], quiet[1])
    assert np.abs(noisy[0] - noisy[1]).max() > 0


def test_embedding_dropout_drops_a_channel_for_the_whole_text(small: Callable[..., Any]) -> None:
    model = build_network(small(embedding_dropout=0.5, embedding_size=40), seed=1)
    dropped = np.asarray(model.get_layer("embedding_dropout")(np.ones((3, 5, 40), np.float32), training=True))
    np.testing.assert_array_equal(dropped, np.broadcast_to(dropped[:, :1], dropped.shape))
    assert 0.2 < (dropped == 0).mean() < 0.8


def test_layer_dropout_drops_a_channel_between_two_layers_for_the_whole_text(
    small: Callable[..., Any],
) -> None:
    model = build_network(small(layers=3, units=20, layer_dropout=0.5), seed=1)
    for number in (1, 2):
        layer = model.get_layer(f"layer_dropout_{number}")
        dropped = np.asarray(layer(np.ones((3, 5, 40), np.float32), training=True))
        np.testing.assert_array_equal(dropped, np.broadcast_to(dropped[:, :1], dropped.shape))
        assert 0.2 < (dropped == 0).mean() < 0.8
    batch = {"ids": IDS, "lengths": LENGTHS}
    quiet = build_network(small(layers=3, units=20), seed=1)
    np.testing.assert_array_equal(model(batch, training=False), quiet(batch, training=False))
    noisy = [np.asarray(model(batch, training=True)) for _ in range(2)]
    assert np.abs(noisy[0] - noisy[1]).max() > 0


def test_one_layer_has_no_layer_dropout(small: Callable[..., Any]) -> None:
    model = build_network(small(layer_dropout=0.5), seed=1)
    assert not [layer for layer in model.layers if "dropout" in layer.name]


def test_same_seed_drops_the_same(small: Callable[..., Any]) -> None:
    spec = small(embedding_dropout=0.5, dropout=0.5)
    batch = {"ids": IDS, "lengths": LENGTHS}
    first, second = (np.asarray(build_network(spec, 3)(batch, training=True)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_one_graph_serves_every_batch_size_and_length(
    network: Callable[..., Any], answer: Callable[..., Any]
) -> None:
    model = network(layers=2)
    ids, lengths = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32)
    graph = tf.function(
        lambda ids, lengths: model({"ids": ids, "lengths": lengths}), input_signature=[ids, lengths]
    )
    np.testing.assert_allclose(graph(IDS, LENGTHS), answer(model, ROWS), rtol=0, atol=1e-6)
    np.testing.assert_allclose(graph([[7]], [1]), answer(model, [[7]]), rtol=0, atol=1e-6)
    assert graph.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("field", ["input", "cell", "pooling", "head"])
def test_unknown_part_is_refused(small: Callable[..., Any], field: str) -> None:
    with pytest.raises(ConfigError, match=f'model.{field} = "nothing" is not known'):
        build_network(small(**{field: "nothing"}), seed=1)
