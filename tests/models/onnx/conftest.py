"""Small Keras networks with large weights, and sessions of their ONNX twins."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from models.networks.build import build_network
from models.networks.spec import NetworkSpec
from models.networks.weights import network_weights
from models.onnx.graph import Graph, Value
from models.onnx.network import Network

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int32]
VOCABULARY = 11


@pytest.fixture(scope="session")
def make_twins() -> Callable[..., tuple[keras.Model, Network]]:
    """A network of a small spec with every weight drawn large, and its arrays."""

    def make(**fields: Any) -> tuple[keras.Model, Network]:
        sizes: dict[str, Any] = {"vocabulary_size": VOCABULARY, "classes": 3, "embedding_size": 4, "units": 6}
        sizes |= {"output_units": 5, "periods": (1, 2, 3), "context_units": 2, "alpha": 0.7}
        spec = NetworkSpec(**{**sizes, **fields})
        model = build_network(spec, seed=1)
        generator = np.random.default_rng(0)
        for weight in model.trainable_weights:
            weight.assign(generator.normal(0.0, 0.8, weight.shape))
        return model, network_weights(model, spec)

    return make


@pytest.fixture(scope="session")
def run() -> Callable[[onnx.ModelProto, Ids, Ids], Floats]:
    """The logits of an ONNX model."""

    def answer(model: onnx.ModelProto, ids: Ids, lengths: Ids) -> Floats:
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        return np.asarray(session.run(["logits"], {"ids": ids, "lengths": lengths})[0])

    return answer


@pytest.fixture
def run_graph() -> Callable[[Graph, Value, Ids], Floats]:
    """The value that a graph gives for ``ids`` [batch, time]: [batch, time, n]."""

    def answer(graph: Graph, value: Value, ids: Ids) -> Floats:
        inputs = [helper.make_tensor_value_info("ids", TensorProto.INT32, ["batch", "time"])]
        model = graph.model(inputs, {"value": (value, ["batch", "time", "n"])})
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        return np.asarray(session.run(["value"], {"ids": ids})[0])

    return answer
