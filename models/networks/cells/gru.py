"""Gated recurrent unit."""

import keras

from models.networks.seeds import derive
from models.networks.spec import NetworkSpec


def gru(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """z, r = sigmoid(x_t W + h_{t-1} U + b); n = tanh(x_t W_n + b_n + r (h_{t-1} U_n + c_n)).

    h_t = z h_{t-1} + (1 - z) n. The reset gate works on the product with the state (``reset_after``), as in
    cuDNN and in ONNX with ``linear_before_reset``.

    Reference: Cho et al., Learning phrase representations using RNN encoder-decoder, 2014.
    """
    return keras.layers.GRU(
        spec.units,
        kernel_initializer=keras.initializers.GlorotUniform(derive(seed, "kernel")),
        recurrent_initializer=keras.initializers.Orthogonal(seed=derive(seed, "recurrent")),
        reset_after=True,
        return_sequences=True,
        # cuDNN's operation would end up in the saved graph and has no CPU implementation.
        use_cudnn=False,
        name=name,
    )
