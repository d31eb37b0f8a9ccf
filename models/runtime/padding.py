"""From rows of different lengths to one right-padded array, and an order in which little is padding."""

from collections.abc import Iterator, Sequence

import numpy as np

from models.runtime.engines.base import Ids
from models.text.spec import PADDING_ID


def pad(rows: Sequence[Sequence[int] | Ids]) -> tuple[Ids, Ids]:
    """Right-pads rows of token ids.

    Returns:
        ids [batch, time] with time >= 1, and lengths [batch], both int32.
    """
    lengths = np.fromiter((len(row) for row in rows), dtype=np.int32, count=len(rows))
    ids = np.full((len(rows), max(1, int(lengths.max(initial=0)))), PADDING_ID, dtype=np.int32)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = row
    return ids, lengths


def batches_by_length(lengths: Sequence[int], *, max_rows: int, max_cells: int) -> Iterator[list[int]]:
    """Groups row indices so that rows of like length stand together.

    A group has at most ``max_rows`` rows and, padded, at most ``max_cells`` ids (one row is always allowed).
    """
    group: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda i: (lengths[i], i)):
        # Ascending order: the newest row is the longest, so it sets the width of the group.
        if group and (len(group) == max_rows or (len(group) + 1) * max(1, lengths[index]) > max_cells):
            yield group
            group = []
        group.append(index)
    if group:
        yield group
