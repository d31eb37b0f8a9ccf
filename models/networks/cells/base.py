"""What the project's own recurrent cells share."""

from typing import Any

import keras
from keras import activations, initializers, ops

from models.networks.lengths import Tensor
from models.networks.seeds import derive


class RecurrentCell(keras.layers.Layer):
    """A step of a recurrent network, for ``keras.layers.RNN``.

    A cell is called with the inputs of one step [batch, features] and the list of its states, and gives its
    output [batch, ``output_size``] and the new states. Where a mask is False, Keras keeps the old states.

    Weights start as those of Keras' own cells do: uniform after Glorot where they read inputs, orthogonal
    where they read a memory, zero as a bias.

    Args:
        units: numbers in the hidden state.
        activation: of the hidden state.
        seed: start of the initial weights; None for others each time.

    Attributes:
        state_size: sizes of the states, one a state.
        output_size: numbers in the output of a step.

    Raises:
        ValueError: ``units`` is below 1.
    """

    state_size: list[int]
    output_size: int

    def __init__(self, units: int, activation: Any = "tanh", seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = at_least_one("units", units)
        self.activation = activations.get(activation)
        self.seed = seed

    def get_initial_state(self, batch_size: Any = None) -> list[Tensor]:
        """Zeros: [batch, size] for each of ``state_size``."""
        return [ops.zeros((batch_size, size), dtype=self.compute_dtype) for size in self.state_size]

    def get_config(self) -> dict[str, Any]:
        activation = activations.serialize(self.activation)
        return {**super().get_config(), "units": self.units, "activation": activation, "seed": self.seed}

    def _reads_input(self, name: str, features: int, size: int) -> keras.Variable:
        start = initializers.GlorotUniform(self._seed_of(name))
        return self.add_weight(name=name, shape=(features, size), initializer=start)

    def _reads_memory(self, name: str, memory: int, size: int) -> keras.Variable:
        start = initializers.Orthogonal(seed=self._seed_of(name))
        return self.add_weight(name=name, shape=(memory, size), initializer=start)

    def _bias(self, name: str, size: int) -> keras.Variable:
        return self.add_weight(name=name, shape=(size,), initializer="zeros")

    def _seed_of(self, name: str) -> int | None:
        return None if self.seed is None else derive(self.seed, name)


def at_least_one(name: str, value: int) -> int:
    """``value``, the argument called ``name``; raises ValueError where it is below 1."""
    if value < 1:
        raise ValueError(f"{name} = {value} is not allowed; use a whole number of at least 1.")
    return value


def over_time(cell: keras.layers.Layer, name: str) -> keras.layers.RNN:
    """The cell as a layer: [batch, time, features] -> [batch, time, ``cell.output_size``]."""
    return keras.layers.RNN(cell, return_sequences=True, name=name)
