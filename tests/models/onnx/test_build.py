"""The ONNX twin gives what the Keras network gives, for every pair of parts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest

from benchmarks.combinations import Combination, pairwise
from models.errors import EngramError
from models.onnx.build import build_onnx

Ids = npt.NDArray[np.int32]
Twins = Callable[..., Any]
Run = Callable[[onnx.ModelProto, Ids, Ids], npt.NDArray[np.float32]]

OPERATOR = {
    "simple_rnn.v1": "RNN",
    "irnn.v1": "RNN",
    "lstm.v1": "LSTM",
    "peephole_lstm.v1": "LSTM",
    "gru.v1": "GRU",
    "jordan.v1": "Scan",
    "clockwork.v1": "Scan",
    "scrn.v1": "Scan",
}


def batch(lengths: list[int], time: int) -> tuple[Ids, Ids]:
    """Random ids, also where padding is: nothing there may count."""
    ids = np.random.default_rng(2).integers(0, 11, (len(lengths), time))
    return ids.astype(np.int32), np.array(lengths, np.int32)


@pytest.mark.parametrize("parts", pairwise(), ids=str)
def test_twin_gives_the_logits_of_the_keras_network(make_twins: Twins, run: Run, parts: Combination) -> None:
    model, network = make_twins(**parts.fields)
    twin = build_onnx(network)

    onnx.checker.check_model(twin, full_check=True)
    operators = [node.op_type for node in twin.graph.node]
    loops = [name for name in operators if name in {"RNN", "LSTM", "GRU", "Scan", "Loop", "If"}]
    operator = OPERATOR.get(parts.cell)
    nodes = parts.layers * (1 + parts.bidirectional) if operator == "Scan" else parts.layers
    assert loops == ([operator] * nodes if operator else [])
    for ids, lengths in (batch([5, 0, 3, 1, 6], 9), batch([0, 0], 2), batch([4], 4)):
        expected = np.asarray(model({"ids": ids, "lengths": lengths}, training=False))
        np.testing.assert_allclose(run(twin, ids, lengths), expected, rtol=0, atol=1e-5)


def test_twin_answers_batches_of_any_size_and_texts_of_one_token(make_twins: Twins, run: Run) -> None:
    model, network = make_twins(head="sigmoid")
    lengths = [int(length) for length in np.random.default_rng(1).integers(0, 8, 300)]
    for ids, rows in (batch(lengths, 7), batch([1], 1), batch([0], 1)):
        expected = np.asarray(model({"ids": ids, "lengths": rows}, training=False))
        np.testing.assert_allclose(run(build_onnx(network), ids, rows), expected, rtol=0, atol=1e-5)


def test_rows_answer_the_same_alone_and_in_company(make_twins: Twins, run: Run) -> None:
    _, network = make_twins()
    for int8 in (False, True):
        twin = build_onnx(network, int8=int8)
        ids, lengths = batch([6, 2, 0, 4], 8)
        together = run(twin, ids, lengths)
        for row, length in enumerate(lengths):
            alone = run(twin, ids[row : row + 1, : max(1, length)], lengths[row : row + 1])
            np.testing.assert_allclose(alone[0], together[row], rtol=0, atol=1e-6)


def test_model_has_the_promised_signature_and_versions(make_twins: Twins) -> None:
    _, network = make_twins(classes=3)
    for int8 in (False, True):
        twin = build_onnx(network, int8=int8)
        assert (twin.ir_version, [(entry.domain, entry.version) for entry in twin.opset_import]) == (
            10,
            [("", 22)],
        )
        signature = {
            value.name: (
                value.type.tensor_type.elem_type,
                [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim],
            )
            for value in (*twin.graph.input, *twin.graph.output)
        }
        assert signature == {
            "ids": (onnx.TensorProto.INT32, ["batch", "time"]),
            "lengths": (onnx.TensorProto.INT32, ["batch"]),
            "logits": (onnx.TensorProto.FLOAT, ["batch", 3]),
        }


def test_part_without_a_twin_is_refused_by_its_name(make_twins: Twins) -> None:
    _, network = make_twins()
    with pytest.raises(EngramError, match=r"cell 'spiking\.v1' has no ONNX form"):
        build_onnx(replace(network, cell="spiking.v1"))
