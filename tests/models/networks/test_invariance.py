"""What a text is batched with never changes its answer, for every pair of parts of the registry."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from benchmarks.combinations import Combination, pairwise
from models.networks.registry import PARTS

COMBINATIONS = pairwise()
ROWS = [[2, 3, 4, 5, 6], [], [7], [8, 2, 9], [10, 9, 4, 5, 6], [], [3, 2]]
TOLERANCE = 1e-6


def test_combinations_cover_the_registry(capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("input", "cell", "pooling"):
        assert {getattr(each, kind) for each in COMBINATIONS} == set(PARTS[kind])
    with capsys.disabled():
        print(f"\n{len(COMBINATIONS)} combinations hold every pair of parts, directions and depths")


@pytest.mark.parametrize("parts", COMBINATIONS, ids=str)
def test_answer_depends_on_the_text_alone(
    network: Callable[..., Any], answer: Callable[..., Any], parts: Combination
) -> None:
    model = network(**parts.fields)
    together = answer(model, ROWS)

    rows = together[[0, 2, 3, 4, 6]]
    distances = np.abs(rows[:, None] - rows[None]).max(axis=-1) + np.eye(len(rows))
    assert distances.min() > 1e-3, "the texts must differ for the rest to mean anything"
    for empty in (1, 5):
        np.testing.assert_array_equal(together[empty], model.get_layer("logits").bias.numpy())

    # Some processors sum batches of other sizes in another order: the last bits of the largest output.
    tolerance = max(TOLERANCE, 3e-7 * float(np.abs(together).max()))
    padded = answer(model, ROWS, time=8)
    np.testing.assert_allclose(padded, together, rtol=0, atol=tolerance)
    other_padding = answer(model, ROWS, time=6, padding=9)
    np.testing.assert_allclose(other_padding, together, rtol=0, atol=tolerance)
    order = [4, 1, 6, 0, 3, 5, 2]
    reordered = answer(model, [ROWS[place] for place in order])
    np.testing.assert_allclose(reordered, together[order], rtol=0, atol=tolerance)
    split = np.concatenate([answer(model, rows) for rows in (ROWS[:1], ROWS[1:2], ROWS[2:4], ROWS[4:])])
    np.testing.assert_allclose(split, together, rtol=0, atol=tolerance)
