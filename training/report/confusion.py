"""Which labels are taken for which."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Confusion = Sequence[Sequence[int]]

MOST_IN_TABLE = 20
"""With more labels than this a table of all pairs cannot be read."""


@dataclass(frozen=True, slots=True)
class ConfusedPair:
    """``count`` rows of ``label`` were answered ``answer``; ``share`` is their share of the label's rows."""

    label: str
    answer: str
    count: int
    share: float


def row_shares(confusion: Confusion) -> npt.NDArray[np.float64]:
    """Each count as a share of its label's rows, [classes, classes]; 0 for a label without rows."""
    counts = np.asarray(confusion, dtype=np.float64)
    rows = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, rows, out=np.zeros_like(counts), where=rows > 0)


def most_confused(labels: Sequence[str], confusion: Confusion, limit: int = 20) -> list[ConfusedPair]:
    """The wrong pairs with the most rows, most first."""
    counts = np.array(confusion)
    np.fill_diagonal(counts, 0)
    shares = row_shares(confusion)
    order = np.argsort(-counts, axis=None, kind="stable")[:limit]
    places = zip(*np.unravel_index(order, counts.shape), strict=True)
    return [
        ConfusedPair(labels[i], labels[j], int(counts[i, j]), float(shares[i, j]))
        for i, j in places
        if counts[i, j] > 0
    ]


def in_blocks(confusion: Confusion, most: int) -> tuple[npt.NDArray[np.int64], int]:
    """Counts of neighbouring labels added up until there are at most ``most`` blocks in a row.

    Returns:
        Counts [blocks, blocks], and how many labels a block has.
    """
    counts = np.asarray(confusion, dtype=np.int64)
    size = -(-len(counts) // most)
    blocks = -(-len(counts) // size)
    padded = np.zeros((blocks * size, blocks * size), dtype=np.int64)
    padded[: len(counts), : len(counts)] = counts
    return padded.reshape(blocks, size, blocks, size).sum(axis=(1, 3)), size
