"""How far back a gradient reaches, with JAX underneath."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.memory.store import figure


def norm_by_distance(states: Callable[[Any], Any], inputs: Any) -> list[float | None]:
    """How much of the last output comes from the input so many steps before.

    The gradient of the last output along a direction drawn once for each row, with respect to the inputs.

    Args:
        states: inputs [batch, time, features] -> outputs of a layer [batch, time, size].
        inputs: such inputs.

    Returns:
        The mean norm over the rows, from distance 0 to time - 1; None where it is no number.
    """
    every, back = jax.vjp(states, jnp.asarray(inputs))
    direction = np.random.default_rng(0).normal(size=(every.shape[0], every.shape[2]))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    seed = jnp.zeros_like(every).at[:, -1].set(direction.astype(np.float32))
    (gradient,) = back(seed)
    return [figure(value) for value in jnp.linalg.norm(gradient, axis=2).mean(axis=0)[::-1]]
