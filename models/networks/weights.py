"""The weights of a Keras network as plain arrays."""

import keras
import numpy as np

from models.networks.registry import resolve
from models.networks.spec import NetworkSpec
from models.onnx.network import Network, Part, Weights


def network_weights(model: keras.Model, spec: NetworkSpec) -> Network:
    """Copies the weights of ``model``, built by ``build_network`` from ``spec`` or loaded again."""

    def weights(layer: str) -> Weights:
        return {
            weight.name: np.array(keras.ops.convert_to_numpy(weight))
            for weight in model.get_layer(layer).weights
        }

    directions = ("forward", "backward") if spec.bidirectional else ("forward",)
    return Network(
        input=Part(resolve("input", spec.input), weights("embedding")),
        cell=resolve("cell", spec.cell),
        layers=tuple(
            tuple(weights(f"{direction}_{number}") for direction in directions)
            for number in range(1, spec.layers + 1)
        ),
        pooling=Part(resolve("pooling", spec.pooling), weights("pooling")),
        head=Part(resolve("head", spec.head), weights("logits")),
    )
