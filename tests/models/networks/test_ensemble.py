"""Several networks as one: the mean of their outputs, in Keras and in ONNX, also after loading."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import onnxruntime
import pytest

from models.networks.build import build_network
from models.networks.ensemble import ensemble, members_of
from models.networks.spec import NetworkSpec
from models.networks.weights import ensemble_weights
from models.networks.wide.blend import add_wide, recurrent_side, wide_side
from models.onnx.build import build_onnx
from models.text.ngrams import ngram_hashes, row_and_check

ROWS = [[2, 3, 4], [], [5, 6], [7, 8, 9, 10, 2]]
TEMPERATURES = (2.0, 0.5)


@pytest.fixture
def specs(small: Callable[..., NetworkSpec]) -> list[NetworkSpec]:
    """Two networks of different parts."""
    return [small(pooling="last"), small(cell="gru", layers=2, pooling="attention")]


@pytest.fixture
def single(specs: list[NetworkSpec], randomise: Callable[..., Any]) -> list[keras.Model]:
    return [randomise(build_network(spec, seed), seed) for seed, spec in enumerate(specs)]


@pytest.fixture
def with_wide(single: list[keras.Model], small: Callable[..., NetworkSpec]) -> keras.Model:
    """Both networks, and one wide side beside them."""
    model = add_wide(ensemble(single, TEMPERATURES), small(wide="ngrams", wide_rows=32), seed=1)
    row, check = row_and_check(ngram_hashes([np.array(ids, np.int32) for ids in ROWS])[1], 32)
    checks = np.zeros(32)
    checks[row] = check
    wide = model.get_layer("wide")
    wide.checks.assign(checks)
    wide.table.assign(np.random.default_rng(0).normal(size=(32, 1)))
    model.get_layer("blend").scales.assign([0.7, 1.3])
    return model


def test_logits_are_the_mean_of_the_members_at_their_temperatures(
    single: list[keras.Model], answer: Callable[..., Any]
) -> None:
    alone = [answer(model, ROWS) / t for model, t in zip(single, TEMPERATURES, strict=True)]
    assert np.abs(alone[0] - alone[1]).max() > 0.1
    together = answer(ensemble(single, TEMPERATURES), ROWS)
    np.testing.assert_allclose(together, np.mean(alone, axis=0), rtol=0, atol=1e-6)


def test_a_wide_side_stands_beside_all_members(
    single: list[keras.Model], with_wide: keras.Model, answer: Callable[..., Any]
) -> None:
    recurrent = np.mean([answer(m, ROWS) / t for m, t in zip(single, TEMPERATURES, strict=True)], axis=0)
    wide = answer(wide_side(with_wide), ROWS)
    assert np.ptp(wide) > 0.5
    np.testing.assert_allclose(answer(with_wide, ROWS), 0.7 * recurrent + 1.3 * wide, rtol=0, atol=1e-6)
    np.testing.assert_allclose(answer(recurrent_side(with_wide), ROWS), recurrent, rtol=0, atol=1e-6)


def test_a_loaded_ensemble_and_its_onnx_twin_answer_the_same(
    with_wide: keras.Model, specs: list[NetworkSpec], answer: Callable[..., Any], tmp_path: Path
) -> None:
    expected = answer(with_wide, ROWS)
    with_wide.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(answer(loaded, ROWS), expected, rtol=0, atol=1e-6)

    twin = build_onnx(ensemble_weights(loaded, specs, "ngrams"))
    onnx.checker.check_model(twin, full_check=True)
    session = onnxruntime.InferenceSession(twin.SerializeToString(), providers=["CPUExecutionProvider"])
    ids = np.array([row + [0] * (5 - len(row)) for row in ROWS], np.int32)
    lengths = np.array([len(row) for row in ROWS], np.int32)
    (logits,) = session.run(["logits"], {"ids": ids, "lengths": lengths})
    np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-5)


def test_a_single_network_has_no_members(single: list[keras.Model]) -> None:
    assert members_of(single[1]) == []
