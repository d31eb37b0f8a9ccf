"""Every pooling against a plain loop over the rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from models.networks.pooling.attention import AttentionPooling
from models.networks.registry import PARTS, find, names

Floats = npt.NDArray[np.floating]
LENGTHS = np.array([5, 0, 1, 3], np.int32)
STATES = np.random.default_rng(4).normal(-2.0, 1.0, (4, 5, 6)).astype(np.float32)


def last(row: Floats, layer: Any) -> Floats:
    return np.concatenate([row[-1, :3], row[0, 3:]]) if layer.bidirectional else row[-1]


def attention(row: Floats, layer: Any) -> Floats:
    scores = (np.tanh(row @ layer.kernel.numpy() + layer.bias.numpy()) @ layer.query.numpy())[:, 0]
    weights = np.exp(scores) / np.exp(scores).sum()
    return np.asarray(weights @ row)


REFERENCES: dict[str, Callable[[Floats, Any], Floats]] = {
    "last": last,
    "mean": lambda row, layer: row.mean(axis=0),
    "max": lambda row, layer: row.max(axis=0),
    "max+mean": lambda row, layer: np.concatenate([row.max(axis=0), row.mean(axis=0)]),
    "attention": attention,
}


def test_every_pooling_has_a_reference() -> None:
    assert sorted(REFERENCES) == names("pooling")


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("name", PARTS["pooling"])
def test_pooling_equals_a_loop_over_the_rows(
    small: Callable[..., Any], randomise: Callable[..., Any], name: str, bidirectional: bool
) -> None:
    layer = find("pooling", name)(small(bidirectional=bidirectional), "pooling", 1)
    layer(STATES, LENGTHS)
    randomise(layer)
    pooled = np.asarray(layer(STATES, LENGTHS))
    reference = REFERENCES[name.rpartition(".v")[0]]
    for row, length, result in zip(STATES, LENGTHS, pooled, strict=True):
        expected = reference(row[:length], layer) if length else np.zeros_like(result)
        np.testing.assert_allclose(result, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", PARTS["pooling"])
def test_what_stands_at_padding_is_not_read(small: Callable[..., Any], name: str) -> None:
    layer = find("pooling", name)(small(), "pooling", 1)
    expected = np.asarray(layer(STATES, LENGTHS))
    spoilt = STATES.copy()
    for row, length in zip(spoilt, LENGTHS, strict=True):
        row[length:] = np.inf
    np.testing.assert_array_equal(np.asarray(layer(spoilt, LENGTHS)), expected)


def test_attention_weights_of_a_text_sum_to_one() -> None:
    layer = AttentionPooling(units=3, seed=1)
    layer(STATES, LENGTHS)
    weights = np.asarray(layer.weights_of(STATES, LENGTHS))[..., 0]
    np.testing.assert_allclose(weights.sum(axis=1), [1, 0, 1, 1], atol=1e-6)
    assert (weights[2, 1:] == 0).all()
    assert weights[0].min() > 0
