"""Optimizers and learning-rate schedules by name."""

from collections.abc import Callable
from typing import Any

import keras

from training.config import TrainingConfig


def build_optimizer(config: TrainingConfig, steps: int) -> keras.optimizers.Optimizer:
    """The Keras optimizer a config describes, clipping by the global norm of all gradients.

    Args:
        steps: number of steps of the whole run; schedules end there.
    """
    common = {"learning_rate": _learning_rate(config, steps), "global_clipnorm": config.clip_norm}
    return _OPTIMIZERS[config.optimizer](config, common)


def _learning_rate(config: TrainingConfig, steps: int) -> Any:
    if config.schedule == "cosine":
        return keras.optimizers.schedules.CosineDecay(config.learning_rate, steps)
    if config.schedule == "linear":
        return keras.optimizers.schedules.PolynomialDecay(config.learning_rate, steps, end_learning_rate=0.0)
    return config.learning_rate


_OPTIMIZERS: dict[str, Callable[[TrainingConfig, dict[str, Any]], keras.optimizers.Optimizer]] = {
    "adam": lambda config, common: keras.optimizers.Adam(**common),
    "adamw": lambda config, common: keras.optimizers.AdamW(weight_decay=config.weight_decay, **common),
    "sgd": lambda config, common: keras.optimizers.SGD(
        momentum=config.momentum, nesterov=config.momentum > 0, **common
    ),
}
