"""The Elman network."""

import keras

from models.networks.seeds import derive
from models.networks.spec import NetworkSpec


def simple_rnn(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """h_t = tanh(x_t W + h_{t-1} U + b): the hidden layer's output is the memory.

    [batch, time, features] -> h [batch, time, units]. Weights: ``kernel`` W [features, units],
    ``recurrent_kernel`` U [units, units], ``bias`` b [units].

    Reference: Elman, Finding structure in time, 1990.
    """
    return keras.layers.SimpleRNN(
        spec.units,
        kernel_initializer=keras.initializers.GlorotUniform(derive(seed, "kernel")),
        recurrent_initializer=keras.initializers.Orthogonal(seed=derive(seed, "recurrent")),
        return_sequences=True,
        name=name,
    )
