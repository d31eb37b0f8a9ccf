"""The ONNX twin of a network with a wide side."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import onnx
import pytest

from models.networks.build import build_network
from models.networks.spec import NetworkSpec
from models.networks.weights import network_weights
from models.onnx.build import build_onnx
from models.onnx.network import Network
from models.text.ngrams import CHECKS

Ids = npt.NDArray[np.int32]
Run = Callable[[onnx.ModelProto, Ids, Ids], npt.NDArray[np.float32]]
KINDS = [("softmax", 2), ("softmax", 3), ("sigmoid", 2), ("sigmoid", 1)]


def twins(head: Any, classes: int, rows: int = 4096) -> tuple[keras.Model, Network]:
    spec = NetworkSpec(40, classes, head, embedding_size=4, units=3, wide="ngrams", wide_rows=rows)
    model = build_network(spec, seed=1)
    generator = np.random.default_rng(0)
    for weight in model.weights:
        weight.assign(generator.normal(0.0, 0.5, weight.shape))
    model.get_layer("wide").checks.assign(generator.integers(0, CHECKS, rows))
    return model, network_weights(model, spec)


def batch(lengths: list[int], time: int) -> tuple[Ids, Ids]:
    ids = np.random.default_rng(2).integers(0, 40, (len(lengths), time))
    return ids.astype(np.int32), np.array(lengths, np.int32)


@pytest.mark.parametrize(("head", "classes"), KINDS)
def test_twin_gives_the_logits_of_the_keras_network(run: Run, head: str, classes: int) -> None:
    model, network = twins(head, classes, rows=7)
    twin = build_onnx(network)
    onnx.checker.check_model(twin, full_check=True)
    assert not {"Loop", "Scan", "If"} & {node.op_type for node in twin.graph.node}
    sides = []
    for ids, lengths in (batch([300, 0, 41, 1, 2, 300], 300), batch([0, 0], 2), batch([1], 1), batch([0], 1)):
        expected = np.asarray(model({"ids": ids, "lengths": lengths}, training=False))
        np.testing.assert_allclose(run(twin, ids, lengths), expected, rtol=0, atol=1e-5)
        wide = keras.Model(model.input, model.get_layer("wide").output)({"ids": ids, "lengths": lengths})
        sides.append(np.abs(np.asarray(wide)[0] - np.asarray(wide)[-1]).max())
    assert sides[0] > 0.01, "some n-gram must be known for this to mean anything"


def test_rows_answer_the_same_alone_and_in_company(run: Run) -> None:
    _, network = twins("softmax", 2, rows=7)
    twin = build_onnx(network, int8=True)
    ids, lengths = batch([60, 0, 41, 1], 60)
    together = run(twin, ids, lengths)
    for row in range(4):
        np.testing.assert_allclose(
            run(twin, ids[row : row + 1], lengths[row : row + 1])[0], together[row], rtol=0, atol=1e-6
        )
    ids[1], ids[3, 1:] = 9, 9
    np.testing.assert_array_equal(run(twin, ids, lengths), together)


def test_8_bits_shrink_the_table_and_hardly_move_a_weight(run: Run) -> None:
    model, network = twins("softmax", 3)
    table = np.random.default_rng(3).laplace(scale=0.02, size=(4096, 3)).astype(np.float32)
    model.get_layer("wide").table.assign(table)
    network = network_weights(
        model, NetworkSpec(40, 3, embedding_size=4, units=3, wide="ngrams", wide_rows=4096)
    )
    plain, small = build_onnx(network), build_onnx(network, int8=True)
    assert plain.ByteSize() - small.ByteSize() > 0.7 * table.nbytes
    ids, lengths = batch([300, 200, 10], 300)
    difference = np.abs(run(plain, ids, lengths) - run(small, ids, lengths))
    assert difference.max() < 0.02
