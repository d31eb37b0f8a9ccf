from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.networks.registry import find


def loop(inputs: Any, cell: Any) -> Any:
    kernel, recurrent, bias = (weight.numpy() for weight in (cell.kernel, cell.recurrent_kernel, cell.bias))
    h, states = np.zeros(len(recurrent)), []
    for x in inputs:
        h = np.tanh(x @ kernel + h @ recurrent + bias)
        states.append(h)
    return np.array(states)


@pytest.mark.parametrize("units", [1, 2, 7])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("depth", [1, 2])
def test_states_equal_a_loop_over_time(
    equals_loop: Callable[..., None], units: int, depth: int, bidirectional: bool
) -> None:
    equals_loop("simple_rnn", loop, units, depth, bidirectional)


@pytest.fixture
def layer_of(small: Callable[..., Any]) -> Callable[..., Any]:
    """The registered layer with another activation and the given weights."""

    def make(kernel: Any, recurrent: Any, activation: str) -> keras.layers.SimpleRNN:
        kernel, recurrent = np.array(kernel, np.float32), np.array(recurrent, np.float32)
        registered = find("cell", "simple_rnn")(small(units=len(recurrent)), "forward_1", 1)
        layer = keras.layers.SimpleRNN.from_config({**registered.get_config(), "activation": activation})
        layer.build((None, None, len(kernel)))
        layer.set_weights([kernel, recurrent, np.zeros(len(recurrent))])
        return layer

    return make


@pytest.fixture
def head_of(small: Callable[..., Any]) -> Callable[..., Any]:
    """The registered output layer with the given weights [features, outputs] and no bias."""

    def make(kernel: Any) -> keras.layers.Dense:
        kernel = np.array(kernel, np.float32)
        head = find("head", "softmax")(small(classes=kernel.shape[1]), "head", 1)
        head.build((None, None, len(kernel)))
        head.set_weights([kernel, np.zeros(kernel.shape[1])])
        return head

    return make


@pytest.mark.lecture
@pytest.mark.parametrize(
    ("inputs", "outputs"), [([1, 1, 2], [4, 12, 32]), ([2, 1, 1], [8, 20, 44])], ids=["forth", "back"]
)
def test_memory_makes_order_matter(
    layer_of: Callable[..., Any], head_of: Callable[..., Any], inputs: Any, outputs: Any
) -> None:
    """Every weight 1, linear: the lectures' plain network with two inputs, hidden units and outputs."""
    network = keras.Sequential(
        [layer_of(np.ones((2, 2)), np.ones((2, 2)), "linear"), head_of(np.ones((2, 2)))]
    )
    found = np.asarray(network(np.repeat(np.array(inputs, np.float32), 2).reshape(1, 3, 2)))[0]
    np.testing.assert_array_equal(found, np.repeat(outputs, 2).reshape(3, 2))


@pytest.mark.lecture
def test_backpropagation_through_time_gives_the_worked_gradients(
    layer_of: Callable[..., Any], head_of: Callable[..., Any]
) -> None:
    """The lectures' Elman network of three steps: states, outputs, loss and every gradient."""
    u = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    w = np.array([[0.1, 0.2], [0.3, 0.4]])
    v = np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]])
    layer, head = layer_of(u.T, w.T, "tanh"), head_of(v.T)
    inputs = tf.constant([[[1.0, 2, 3], [2, 3, 4], [3, 4, 5]]])
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        states = layer(inputs)
        logits = head(states)
        loss = tf.reduce_sum(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[[0, 2, 1]], logits=logits)
        )
    sources = [head.kernel.value, layer.cell.kernel.value, layer.cell.recurrent_kernel.value, logits, inputs]
    d_v, d_u, d_w, d_logits, d_inputs = tape.gradient(loss, sources)

    def close(actual: Any, expected: Any, tolerance: float = 6e-6) -> None:
        np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance)

    before = np.vstack([np.zeros(2), states[0][:-1]])
    close(inputs[0] @ u.T + before @ w.T, [[1.40, 3.20], [2.29, 5.36], [2.90, 6.89]], 6e-3)
    close(states[0], [[0.88535, 0.99668], [0.97961, 0.99996], [0.99394, 1.0]])
    close(tf.nn.softmax(logits)[0], [[0.22, 0.32, 0.46], [0.21, 0.32, 0.47], [0.21, 0.32, 0.47]], 6e-3)
    close(loss, 3.42692)
    close(
        d_logits[0],
        [[-0.78166, 0.31813, 0.46353], [0.21308, 0.31658, -0.52965], [0.21231, -0.68366, 0.47135]],
    )
    close(1 - states[0] ** 2, [[0.21615, 0.00662], [0.04036, 0.00009], [0.01209, 0.0]])
    # The layer shows the gradient of its inputs, U' delta; U has full rank, so that tells delta.
    deltas = np.linalg.lstsq(u.T, np.transpose(d_inputs[0]), rcond=None)[0].T
    close(deltas, [[0.05370, 0.00164], [-0.00599, -0.00001], [0.00063, 0.0]])
    close(tf.transpose(d_v), [[-0.27229, -0.35369], [-0.08774, -0.05002], [0.36003, 0.40372]])
    close(tf.transpose(d_w), [[-0.00469, -0.00535], [-0.00001, -0.00001]])
    close(tf.transpose(d_u), [[0.04359, 0.09193, 0.14026], [0.00162, 0.00325, 0.00487]])


@pytest.mark.lecture
@pytest.mark.parametrize(
    ("weight", "output", "slope"),
    [(1.0, 1.0, 999.0), (1.01, 20_751.6, 2.0526e7), (0.99, 4.36e-5, 0.0440), (0.01, 0.0, 0.0)],
)
def test_gradient_over_a_thousand_steps_explodes_or_vanishes(
    layer_of: Callable[..., Any], weight: float, output: float, slope: float
) -> None:
    """One linear unit, input 1 and then zeros: y = w^999 and dy/dw = 999 w^998."""
    layer = layer_of([[1.0]], [[weight]], "linear")
    inputs = np.zeros((1, 1000, 1), np.float32)
    inputs[0, 0] = 1.0

    @tf.function
    def run() -> Any:
        with tf.GradientTape() as tape:
            y = layer(inputs)[0, -1, 0]
        return y, tape.gradient(y, layer.cell.recurrent_kernel.value)

    y, gradient = run()
    np.testing.assert_allclose(float(y), output, rtol=2e-3, atol=1e-30)
    np.testing.assert_allclose(float(gradient[0, 0]), slope, rtol=2e-3, atol=1e-30)
