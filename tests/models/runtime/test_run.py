"""Many rows through an engine, several calls where one would hold too much."""

import numpy as np
import pytest

from models.runtime.engines.base import Ids, Outputs
from models.runtime.run import run_rows


class Adding:
    """An engine whose logits are the sum of a row's ids and its length."""

    name = "adding"

    def __init__(self, most_cells: int) -> None:
        self.most_cells = most_cells
        self.shapes: list[tuple[int, ...]] = []

    def run(self, ids: Ids, lengths: Ids, characters: Ids | None = None) -> Outputs:
        self.shapes.append(ids.shape)
        return {"logits": np.stack([ids.sum(axis=1), lengths], axis=1).astype(np.float32)}


ROWS = [[5] * (number % 7) for number in range(100)]


@pytest.mark.parametrize("most_cells", [1, 6, 50, 100_000])
def test_every_row_is_answered_in_its_place_however_much_is_computed_at_once(most_cells: int) -> None:
    engine = Adding(most_cells)
    np.testing.assert_array_equal(run_rows(engine, ROWS)["logits"], [[sum(row), len(row)] for row in ROWS])
    assert all(rows * width <= most_cells or rows == 1 for rows, width in engine.shapes)


def test_what_an_engine_computes_at_once_is_one_call() -> None:
    engine = Adding(6 * 12)
    run_rows(engine, ROWS[:12])
    assert engine.shapes == [(12, 6)]
