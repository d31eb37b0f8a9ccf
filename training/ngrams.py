"""The n-grams that a wide side has weights for, and which of them a text holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.text.ngrams import Hashes, ngram_hashes, row_and_check
from models.text.spec import OTHER_ID

LARGEST_TABLE = 2**20
"""Most rows: 4 MB a label as float32, and 1 MB in 8 bits."""
MOST_WEIGHTS = 2**22
"""In all columns together."""
SMALLEST_TABLE = 2**10
LEAST_TEXTS = 2
"""An n-gram in fewer training texts says nothing of others."""

Texts = Sequence[npt.NDArray[np.int32]]


@dataclass(frozen=True, slots=True)
class KnownNgrams:
    """The n-grams in a table, no two of them in one row.

    Attributes:
        hashes: of the n-grams, sorted.
        rows: of the table.
        found: how many n-grams there were to choose from.
    """

    hashes: Hashes
    rows: int
    found: int

    def matrix(self, texts: Texts) -> Any:
        """1 where a text holds an n-gram: sparse float32 [texts, n-grams], rows compressed."""
        rows, hashes = ngram_hashes(texts, without=OTHER_ID)
        columns = np.searchsorted(self.hashes, hashes)
        known = columns < len(self.hashes)
        known[known] = self.hashes[columns[known]] == hashes[known]
        return _sparse(rows[known], columns[known], (len(texts), len(self.hashes)))

    def checks(self) -> npt.NDArray[np.uint8]:
        """What tells the n-grams of the table from others: [rows]."""
        row, check = row_and_check(self.hashes, self.rows)
        checks = np.zeros(self.rows, np.uint8)
        checks[row] = check
        return checks

    def table(self, weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """The weights of the n-grams [n-grams, columns] at their places: [rows, columns]."""
        table = np.zeros((self.rows, weights.shape[1]), np.float32)
        table[row_and_check(self.hashes, self.rows)[0]] = weights
        return table


def choose_ngrams(train: Texts, columns: int) -> KnownNgrams:
    """The n-grams of the training texts that get a row: where two fall on one, the one in more texts.

    Args:
        train: token ids of each text. N-grams with a token that the vocabulary lacks do not count.
        columns: weights of an n-gram.
    """
    _, hashes = ngram_hashes(train, without=OTHER_ID)
    known, texts = np.unique(hashes, return_counts=True)
    often = texts >= LEAST_TEXTS
    if often.any():
        known, texts = known[often], texts[often]
    rows = _table_rows(len(known), columns)
    row, _ = row_and_check(known, rows)
    order = np.lexsort((-texts, row))
    first = np.r_[True, np.diff(row[order]) > 0][: len(order)]
    return KnownNgrams(np.sort(known[order[first]]), rows, len(known))


def _table_rows(ngrams: int, columns: int) -> int:
    """A power of two, at least twice the number of n-grams as long as the table stays small enough."""
    most = min(LARGEST_TABLE, MOST_WEIGHTS // columns)
    wanted = max(SMALLEST_TABLE, 2 * ngrams)
    return min(1 << (wanted - 1).bit_length(), 1 << (most.bit_length() - 1))


def _sparse(rows: Hashes, columns: Hashes, shape: tuple[int, int]) -> Any:
    from scipy.sparse import csr_matrix

    return csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
