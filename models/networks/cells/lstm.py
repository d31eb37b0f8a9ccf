"""Long short-term memory."""

import keras

from models.networks.seeds import derive
from models.networks.spec import NetworkSpec


def lstm(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """i, f, o = sigmoid(x_t W + h_{t-1} U + b), g = tanh(...); c_t = f c_{t-1} + i g, h_t = o tanh(c_t).

    The forget gate's bias starts at 1 (Jozefowicz et al., 2015).

    [batch, time, features] -> h [batch, time, units]. Weights, in the order i, f, g, o: ``kernel`` W
    [features, 4 units], ``recurrent_kernel`` U [units, 4 units], ``bias`` b [4 units].

    Reference: Hochreiter and Schmidhuber, Long short-term memory, 1997; forget gate by Gers et al., 2000.
    """
    return keras.layers.LSTM(
        spec.units,
        kernel_initializer=keras.initializers.GlorotUniform(derive(seed, "kernel")),
        recurrent_initializer=keras.initializers.Orthogonal(seed=derive(seed, "recurrent")),
        unit_forget_bias=True,
        return_sequences=True,
        # cuDNN's operation would end up in the saved graph and has no CPU implementation.
        use_cudnn=False,
        name=name,
    )
