"""Keras' optimizers by name."""

from collections.abc import Callable
from typing import Any

import keras

from training.config import TrainingConfig
from training.schedule import Schedule


def build_optimizer(config: TrainingConfig, schedule: Schedule) -> keras.optimizers.Optimizer:
    """The Keras optimizer a config describes; clipping is left to the caller, who sees all gradients."""
    return _OPTIMIZERS[config.optimizer](config, {"learning_rate": schedule})


_OPTIMIZERS: dict[str, Callable[[TrainingConfig, dict[str, Any]], keras.optimizers.Optimizer]] = {
    "adam": lambda config, common: keras.optimizers.Adam(beta_2=config.beta2, **common),
    "adamw": lambda config, common: keras.optimizers.AdamW(
        beta_2=config.beta2, weight_decay=config.weight_decay, **common
    ),
    "sgd": lambda config, common: keras.optimizers.SGD(
        momentum=config.momentum, nesterov=config.momentum > 0, **common
    ),
}
