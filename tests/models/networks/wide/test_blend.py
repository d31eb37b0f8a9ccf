"""A network of two sides: their scaled sum, each side alone, and nothing that training would change."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from models.networks.build import build_network
from models.networks.wide.blend import recurrent_side, wide_side
from models.text.ngrams import ngram_hashes, row_and_check

ROWS = [[2, 3, 4], [], [5, 6], [7, 8, 9, 10, 2]]


@pytest.fixture
def blended(small: Callable[..., Any], randomise: Callable[..., Any]) -> keras.Model:
    """Two labels, and a table of 32 rows that knows as many n-grams of ``ROWS`` as have one to themselves."""
    model = randomise(build_network(small(wide="ngrams", wide_rows=32), seed=1))
    generator = np.random.default_rng(0)
    wide = model.get_layer("wide")
    wide.table.assign(generator.normal(size=wide.table.shape))
    row, check = row_and_check(ngram_hashes([np.array(ids, np.int32) for ids in ROWS])[1], 32)
    checks = np.zeros(32)
    checks[row] = check
    wide.checks.assign(checks)
    wide.bias.assign([0.3])
    model.get_layer("blend").scales.assign([0.4, 1.7])
    return model


def test_answer_is_the_scaled_sum_of_the_sides(blended: keras.Model, answer: Callable[..., Any]) -> None:
    recurrent, wide = answer(recurrent_side(blended), ROWS), answer(wide_side(blended), ROWS)
    np.testing.assert_allclose(answer(blended, ROWS), 0.4 * recurrent + 1.7 * wide, rtol=0, atol=1e-6)
    assert np.ptp(recurrent) > 0.1
    assert np.ptp(wide) > 0.5
    np.testing.assert_allclose(wide[1], [-0.15, 0.15], rtol=1e-6)


def test_training_sees_the_recurrent_side_only(blended: keras.Model, network: Callable[..., Any]) -> None:
    alone = network()
    names = [weight.path for weight in alone.trainable_weights]
    assert [weight.path for weight in blended.trainable_weights] == names
    assert recurrent_side(alone) is alone
    for ours, theirs in zip(
        recurrent_side(blended).trainable_weights, blended.trainable_weights, strict=True
    ):
        assert ours is theirs


def test_a_loaded_network_answers_the_same_and_comes_apart_again(
    blended: keras.Model, answer: Callable[..., Any], tmp_path: Path
) -> None:
    blended.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for part in (lambda model: model, recurrent_side, wide_side):
        np.testing.assert_array_equal(answer(part(loaded), ROWS), answer(part(blended), ROWS))
    assert len(loaded.trainable_weights) == len(blended.trainable_weights)
    assert loaded.get_layer("wide").checks.dtype == "uint8"


def test_what_stands_in_the_padding_never_changes_an_answer(
    blended: keras.Model, answer: Callable[..., Any]
) -> None:
    together = answer(blended, ROWS)
    np.testing.assert_allclose(answer(blended, ROWS, time=9, padding=3), together, rtol=0, atol=1e-6)
    order = [3, 1, 0, 2]
    reordered = answer(blended, [ROWS[row] for row in order])
    np.testing.assert_allclose(reordered, together[order], rtol=0, atol=1e-6)
    split = np.concatenate([answer(blended, [row]) for row in ROWS])
    np.testing.assert_allclose(split, together, rtol=0, atol=1e-6)
