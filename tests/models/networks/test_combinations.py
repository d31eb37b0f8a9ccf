"""Whatever a config may put together is trained."""

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.combinations import Combination, every
from models.networks.build import build_network
from models.networks.registry import PARTS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

IDS = np.array([[2, 3, 4], [5, 0, 0]], np.int32)
LENGTHS = np.array([3, 1], np.int32)
LABELS = np.array([0, 1], np.int32)


def test_every_known_part_is_among_the_combinations() -> None:
    """Known is what the snapshot lists, not what the combinations are made of."""
    known = json.loads((Path(__file__).parent / "registry.json").read_text())
    combinations = every()
    assert {each.cell for each in combinations} == set(known["cell"]) == set(PARTS["cell"])
    for cell in known["cell"]:
        parts = {(each.input, each.pooling) for each in combinations if each.cell == cell}
        assert parts == set(product(known["input"], known["pooling"]))


@pytest.mark.parametrize("cell", PARTS["cell"])
def test_every_combination_of_parts_learns_in_one_step(
    small: Callable[..., Any], cell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = [each for each in every() if each.cell == cell]
    for parts in chosen:
        # A ReLU network of a few units may start dead, every state zero; another start is not.
        assert any(_learns(small, parts, seed) for seed in (1, 2, 3)), parts
    with capsys.disabled():
        print(f"\n{len(chosen)} combinations with {cell} learned in one step")


def _learns(small: Callable[..., Any], parts: Combination, seed: int) -> bool:
    """Whether one step along the gradient lowers the loss."""
    model = build_network(small(**parts.fields), seed=seed)

    def loss() -> Any:
        logits = model({"ids": IDS, "lengths": LENGTHS}, training=True)
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(LABELS, logits))

    with tf.GradientTape() as tape:
        before = loss()
    weights = model.trainable_variables
    for weight, gradient in zip(weights, tape.gradient(before, weights), strict=True):
        assert gradient is not None, (parts, weight.path)
        weight.assign_sub(0.1 * tf.convert_to_tensor(gradient))
    return float(loss()) < float(before)
