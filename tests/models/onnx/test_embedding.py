"""The 8-bit table."""

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx

from models.onnx.build import build_onnx
from models.onnx.embedding import rows_of
from models.onnx.graph import Graph


def _vectors(table: Any, ids: Any, int8: bool, run_graph: Callable[..., Any]) -> Any:
    graph = Graph()
    value = rows_of(graph, "ids", table, int8)
    return run_graph(graph, value, ids)


def test_int8_table_is_within_half_a_step_of_each_rows_largest_value(run_graph: Callable[..., Any]) -> None:
    generator = np.random.default_rng(3)
    table = (generator.normal(size=(6, 8)) * [[1e-3], [1e-3], [0.1], [1], [10], [1e3]]).astype(np.float32)
    table[1] = 0.0
    ids = np.array([[0, 1, 2], [3, 4, 5]], np.int32)
    vectors = _vectors(table, ids, True, run_graph)

    step = np.abs(table[ids]).max(axis=-1, keepdims=True) / 127
    assert (np.abs(vectors - table[ids]) <= step * 0.5001).all()
    assert not np.array_equal(vectors, table[ids])
    np.testing.assert_array_equal(vectors[0, 1], 0.0)
    np.testing.assert_array_equal(_vectors(table, ids, False, run_graph), table[ids])


def test_int8_model_is_about_a_quarter_as_large(make_twins: Callable[..., Any]) -> None:
    _, network = make_twins(vocabulary_size=5000, embedding_size=64)
    size = {int8: build_onnx(network, int8=int8).ByteSize() for int8 in (False, True)}
    assert size[True] < 0.3 * size[False]


def test_int8_model_keeps_to_onnx_own_operators(make_twins: Callable[..., Any]) -> None:
    _, network = make_twins()
    model = build_onnx(network, int8=True)
    onnx.checker.check_model(model, full_check=True)
    assert {node.domain for node in model.graph.node} == {""}
