"""Many rows through an engine."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.runtime.engines.base import Engine, Ids, Outputs
from models.runtime.padding import batches_by_length, pad

# More rows only cost memory.
MAX_ROWS = 64


def run_rows(engine: Engine, rows: Sequence[Sequence[int] | Ids]) -> Outputs:
    """Raw outputs of the network for rows of token ids, in their order. Rows of like length run together."""
    if 0 < len(rows) <= MAX_ROWS and len(rows) * max(map(len, rows)) <= engine.most_cells:
        return engine.run(*pad(rows))
    collected: dict[str, npt.NDArray[np.float32]] = {}
    for group in batches_by_length(
        [len(row) for row in rows], max_rows=MAX_ROWS, max_cells=engine.most_cells
    ):
        for name, values in engine.run(*pad([rows[i] for i in group])).items():
            if name not in collected:
                collected[name] = np.empty((len(rows), *values.shape[1:]), dtype=values.dtype)
            collected[name][group] = values
    return collected
