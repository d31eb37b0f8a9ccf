"""A plain network of rectified units that starts by copying its memory."""

import keras

from models.networks.seeds import derive
from models.networks.spec import NetworkSpec

# Of the weights that read the inputs: the paper, section 4.1.
DEVIATION = 0.001


def irnn(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """h_t = relu(x_t W + h_{t-1} U + b), where U starts as the identity matrix and b at zero.

    Before it has learned anything the network hands a state of positive numbers on unchanged, and so does the
    gradient.

    [batch, time, features] -> h [batch, time, units]. Weights: ``kernel`` W [features, units],
    ``recurrent_kernel`` U [units, units], ``bias`` b [units].

    Reference: Le, Jaitly and Hinton, A simple way to initialize recurrent networks of rectified linear units,
    2015.
    """
    return keras.layers.SimpleRNN(
        spec.units,
        activation="relu",
        kernel_initializer=keras.initializers.RandomNormal(stddev=DEVIATION, seed=derive(seed, "kernel")),
        recurrent_initializer=keras.initializers.Identity(),
        return_sequences=True,
        name=name,
    )
