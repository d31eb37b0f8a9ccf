"""One weighted sum of the features a label.

The two heads have the same layer: they differ in the loss they are trained with and in how raw outputs become
probabilities, which neither is part of the network.
"""

import keras

from models.networks.seeds import derive
from models.networks.spec import NetworkSpec


def dense(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """Logits of ``classes`` labels, without softmax or sigmoid."""
    return keras.layers.Dense(
        spec.classes,
        kernel_initializer=keras.initializers.GlorotUniform(derive(seed, "kernel")),
        dtype="float32",
        name=name,
    )
