"""A network's weights as arrays: all of them, under known names, also after loading."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from models.networks.spec import NetworkSpec
from models.networks.weights import network_weights
from models.onnx.network import Network, Weights


def parts(network: Network) -> list[Weights]:
    layers = [weights for directions in network.layers for weights in directions]
    return [network.input.weights, *layers, network.pooling.weights, network.head.weights]


def test_every_weight_is_taken_once_and_named_after_its_part(
    small: Callable[..., NetworkSpec], network: Callable[..., Any]
) -> None:
    fields = {"cell": "gru", "layers": 2, "pooling": "attention"}
    model = network(**fields)
    found = network_weights(model, small(**fields))
    assert (found.input.name, found.cell, found.pooling.name) == ("embedding.v1", "gru.v1", "attention.v1")
    assert found.head.name == "softmax.v1"
    assert [len(directions) for directions in found.layers] == [2, 2]
    assert sum(array.size for weights in parts(found) for array in weights.values()) == model.count_params()
    assert [set(weights) for weights in parts(found)] == [
        {"embeddings"},
        *[{"kernel", "recurrent_kernel", "bias"}] * 4,
        {"kernel", "bias", "query"},
        {"kernel", "bias"},
    ]
    backward = model.get_layer("backward_2").get_weights()
    np.testing.assert_array_equal(found.layers[1][1]["kernel"], backward[0])


def test_a_loaded_network_gives_the_same_arrays(
    small: Callable[..., NetworkSpec], network: Callable[..., Any], tmp_path: Path
) -> None:
    model = network(bidirectional=False)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    spec = small(bidirectional=False)
    for before, after in zip(
        parts(network_weights(model, spec)), parts(network_weights(loaded, spec)), strict=True
    ):
        assert before.keys() == after.keys()
        for name, array in before.items():
            np.testing.assert_array_equal(array, after[name])
