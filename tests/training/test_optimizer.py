"""Keras' optimizers by name: one step of each against its formula."""

import keras
import numpy as np

from training.config import TrainingConfig
from training.optimizer import build_optimizer
from training.schedule import Schedule

WEIGHTS = [np.array([1.0, -2.0], np.float32), np.array([0.5], np.float32)]
GRADIENTS = [np.array([3.0, 0.0], np.float32), np.array([4.0], np.float32)]
RATE = 0.1


def one_step(steps: int = 1, **values: object) -> list[np.ndarray]:
    config = TrainingConfig(learning_rate=RATE, **values)  # type: ignore[arg-type]
    optimizer = build_optimizer(config, Schedule.of(config, steps=100))
    variables = [keras.Variable(weight) for weight in WEIGHTS]
    for _ in range(steps):
        optimizer.apply([keras.ops.convert_to_tensor(gradient) for gradient in GRADIENTS], variables)
    return [np.asarray(variable.value) for variable in variables]


def assert_moved(found: list[np.ndarray], moves: list[np.ndarray]) -> None:
    for weight, move, value in zip(WEIGHTS, moves, found, strict=True):
        np.testing.assert_allclose(value, weight + move, atol=1e-5)


def test_sgd_without_momentum_goes_against_the_gradient() -> None:
    found = one_step(optimizer="sgd", momentum=0.0)
    assert_moved(found, [-RATE * gradient for gradient in GRADIENTS])


def test_sgd_with_momentum_looks_ahead() -> None:
    """Nesterov: v <- m v - r g, w <- w + m v - r g; twice the same gradient."""
    found = one_step(steps=2, optimizer="sgd", momentum=0.5)
    first, second = 0.5 * -1.0 - 1.0, 0.5 * (0.5 * -1.0 - 1.0) - 1.0
    assert_moved(found, [RATE * (first + second) * gradient for gradient in GRADIENTS])


def test_adam_s_first_step_has_the_length_of_the_learning_rate() -> None:
    assert_moved(one_step(optimizer="adam"), [-RATE * np.sign(gradient) for gradient in GRADIENTS])


def test_adamw_also_takes_a_share_of_every_weight() -> None:
    found = one_step(optimizer="adamw", weight_decay=0.5)
    moves = [-RATE * np.sign(g) - RATE * 0.5 * w for w, g in zip(WEIGHTS, GRADIENTS, strict=True)]
    assert_moved(found, moves)


def test_beta2_is_how_long_squared_gradients_are_remembered() -> None:
    """The second step has the gradient 0: m = .1 * .9 / .19, v = (1 - b) b / (1 - b^2) of g and g^2."""
    for beta2 in (0.9, 0.99):
        config = TrainingConfig(learning_rate=RATE, optimizer="adam", beta2=beta2)
        optimizer = build_optimizer(config, Schedule.of(config, steps=100))
        variable = keras.Variable(np.float32([1.0]))
        for gradient in (2.0, 0.0):
            optimizer.apply([keras.ops.convert_to_tensor(np.float32([gradient]))], [variable])
        second = 0.09 / 0.19 / np.sqrt((1 - beta2) * beta2 / (1 - beta2**2))
        np.testing.assert_allclose(np.asarray(variable.value), 1.0 - RATE * (1.0 + second), atol=1e-5)
