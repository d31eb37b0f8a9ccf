"""The moving average of the weights against its formula, in and out of a graph."""

import keras
import numpy as np
import tensorflow as tf

from training.average import EVERY, WeightAverage


def model() -> keras.Model:
    inputs = keras.Input((2,))
    return keras.Model(inputs, keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")(inputs))


def after(steps: int, average: WeightAverage, weight: keras.Variable) -> None:
    """Steps whose weights are 1, 2, 3, ..."""

    @tf.function
    def step() -> None:
        weight.value.assign_add(tf.ones_like(weight.value))
        average.update()

    for _ in range(steps):
        step()


def kernel(network: keras.Model) -> float:
    return float(np.asarray(network.trainable_variables[0].value)[0, 0])


def test_it_follows_the_weights_every_eighth_step() -> None:
    network = model()
    average = WeightAverage(network, 0.9)
    after(EVERY * 3 + 2, average, network.trainable_variables[0])
    expected = 1.0
    for times in (1, 2, 3):
        decay = min(0.9**EVERY, (1 + times) / (10 + times))
        expected = decay * expected + (1 - decay) * (1 + EVERY * times)
    with average.in_place():
        assert kernel(network) == np.float32(expected)
    assert kernel(network) == 1 + EVERY * 3 + 2, "outside of the block training goes on with its own weights"


def test_the_weights_come_back_after_an_error() -> None:
    network = model()
    average = WeightAverage(network, 0.999)
    after(EVERY, average, network.trainable_variables[0])
    try:
        with average.in_place():
            assert kernel(network) < 1 + EVERY
            raise ZeroDivisionError
    except ZeroDivisionError:
        assert kernel(network) == 1 + EVERY
