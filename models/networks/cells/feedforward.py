"""The network without a memory."""

import keras

from models.networks.seeds import derive
from models.networks.spec import NetworkSpec


def feedforward(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """h_t = tanh([x_{t-w+1} ... x_t] W + b): a word and the w - 1 before it, zeros before the first word.

    The control for every recurrent cell: what stands outside of the window ``spec.window`` cannot change its
    answer. With a window of 1 it sees the word alone.

    [batch, time, features] -> h [batch, time, units]. Weights: ``kernel`` W [window, features, units], the
    earliest word first, and ``bias`` b [units].

    Reference: Bengio et al., A neural probabilistic language model, 2003, section 2 (its hidden layer).
    """
    return keras.layers.Conv1D(
        spec.units,
        spec.window,
        padding="causal",
        activation="tanh",
        kernel_initializer=keras.initializers.GlorotUniform(derive(seed, "kernel")),
        name=name,
    )
