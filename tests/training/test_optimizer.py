"""One step of every optimizer against the formula, and the learning rates of a whole run."""

import math

import keras
import numpy as np
import pytest

from training.config import TrainingConfig
from training.optimizer import build_optimizer

WEIGHTS = [np.array([1.0, -2.0], np.float32), np.array([0.5], np.float32)]
GRADIENTS = [np.array([3.0, 0.0], np.float32), np.array([4.0], np.float32)]  # norm 5 over both
RATE = 0.1


def one_step(steps: int = 1, **values: object) -> list[np.ndarray]:
    config = TrainingConfig(learning_rate=RATE, **values)  # type: ignore[arg-type]
    optimizer = build_optimizer(config, steps=100)
    variables = [keras.Variable(weight) for weight in WEIGHTS]
    for _ in range(steps):
        optimizer.apply([keras.ops.convert_to_tensor(gradient) for gradient in GRADIENTS], variables)
    return [np.asarray(variable.value) for variable in variables]


def assert_moved(found: list[np.ndarray], moves: list[np.ndarray]) -> None:
    for weight, move, value in zip(WEIGHTS, moves, found, strict=True):
        np.testing.assert_allclose(value, weight + move, atol=1e-5)


def test_sgd_without_momentum_goes_against_the_gradient() -> None:
    found = one_step(optimizer="sgd", momentum=0.0, clip_norm=None)
    assert_moved(found, [-RATE * gradient for gradient in GRADIENTS])


def test_sgd_with_momentum_looks_ahead() -> None:
    """Nesterov: v <- m v - r g, w <- w + m v - r g; twice the same gradient."""
    found = one_step(steps=2, optimizer="sgd", momentum=0.5, clip_norm=None)
    first, second = 0.5 * -1.0 - 1.0, 0.5 * (0.5 * -1.0 - 1.0) - 1.0
    assert_moved(found, [RATE * (first + second) * gradient for gradient in GRADIENTS])


def test_gradients_are_clipped_by_their_common_norm() -> None:
    found = one_step(optimizer="sgd", momentum=0.0, clip_norm=1.0)
    assert_moved(found, [-RATE * gradient / 5.0 for gradient in GRADIENTS])


def test_a_short_gradient_is_not_clipped() -> None:
    found = one_step(optimizer="sgd", momentum=0.0, clip_norm=6.0)
    assert_moved(found, [-RATE * gradient for gradient in GRADIENTS])


def test_adam_s_first_step_has_the_length_of_the_learning_rate() -> None:
    assert_moved(one_step(optimizer="adam"), [-RATE * np.sign(gradient) for gradient in GRADIENTS])


def test_adamw_also_takes_a_share_of_every_weight() -> None:
    found = one_step(optimizer="adamw", weight_decay=0.5)
    moves = [-RATE * np.sign(g) - RATE * 0.5 * w for w, g in zip(WEIGHTS, GRADIENTS, strict=True)]
    assert_moved(found, moves)


@pytest.mark.parametrize(
    ("schedule", "at_start", "at_a_quarter", "at_end"),
    [
        ("constant", 1.0, 1.0, 1.0),
        ("linear", 1.0, 0.75, 0.0),
        ("cosine", 1.0, 0.5 * (1 + math.cos(math.pi / 4)), 0.0),
    ],
)
def test_schedules_end_with_the_run(
    schedule: str, at_start: float, at_a_quarter: float, at_end: float
) -> None:
    optimizer = build_optimizer(TrainingConfig(learning_rate=RATE, schedule=schedule), steps=40)  # type: ignore[arg-type]
    found = []
    for step in (0, 10, 40):
        optimizer.iterations.assign(step)
        found.append(float(optimizer.learning_rate) / RATE)
    np.testing.assert_allclose(found, [at_start, at_a_quarter, at_end], atol=1e-6)
