"""Batches of rows of like length, so that little of the network's time goes into padding.

Training takes another order every epoch, a function of seed and epoch alone; evaluation goes by length. Every
batch says which rows it holds, so results can be put back in their places.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.text.spec import PADDING_ID

Ids = npt.NDArray[np.int32]

# Batches sorted together, by lengths blurred by this much: without the blur, a small set would hand out the
# same rows together in every epoch. On IMDB cut at 512 tokens it costs one point of padding (3.2 % in all).
_WINDOW = 100
_BLUR = 0.02
# Widths are multiples of this: few shapes, so memory is used again; costs 2 % at 230 tokens a row. Short rows
# get finer ones: on questions of ten tokens multiples of 8 are a quarter padding.
_WIDTH_STEP, _FINE_STEP, _FINE_UP_TO = 8, 2, 32


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that go through the network together.

    Attributes:
        ids: int32 [batch, time], or [batch, time, n] where each token is n numbers; right-padded with 0; time
            is a multiple of 2, and of 8 above 32.
        lengths: int32 [batch], the real tokens of each row; may be 0.
        targets: [batch, ...], as given.
        weights: float32 [batch], 1 where none were given.
        rows: int64 [batch], the index of each row in what was given.
    """

    ids: Ids
    lengths: Ids
    targets: npt.NDArray[Any]
    weights: npt.NDArray[np.float32]
    rows: npt.NDArray[np.int64]


class Batches:
    """Encoded rows, ready to be handed out in batches."""

    def __init__(
        self,
        ids: Sequence[Ids],
        targets: npt.NDArray[Any] | None = None,
        *,
        batch_size: int,
        batch_tokens: int | None = None,
        weights: npt.NDArray[np.floating] | None = None,
        shares: npt.NDArray[np.floating] | None = None,
    ) -> None:
        """Takes rows.

        Args:
            ids: the token ids of each row, int32 [tokens] or [tokens, n].
            targets: [rows, ...]; zeros [rows] where none are given.
            batch_size: rows in a batch; the last may have fewer.
            batch_tokens: most positions in a batch, rows times width; takes the place of ``batch_size``. A
                row that is longer has a batch of its own.
            weights: [rows].
            shares: how likely each row is drawn, sum 1, [rows]; an epoch then draws as many rows as there
                are, with replacement. None takes every row once.
        """
        self._ids = ids
        self._lengths = np.fromiter((len(row) for row in ids), dtype=np.int32, count=len(ids))
        self._targets = np.zeros(len(ids), np.int32) if targets is None else targets
        self._weights = np.ones(len(ids), np.float32) if weights is None else weights.astype(np.float32)
        if not len(self._targets) == len(self._weights) == len(ids):
            raise ValueError(f"{len(ids)} rows, {len(self._targets)} targets, {len(self._weights)} weights")
        self.batch_size, self.batch_tokens = batch_size, batch_tokens
        self._shares = shares

    def steps(self, seed: int, epochs: int) -> int:
        """Number of batches in the epochs 1 to ``epochs`` together."""
        if self.batch_tokens is None:
            return epochs * -(-len(self._ids) // self.batch_size)
        return sum(len(self._shuffled(seed, epoch)) for epoch in range(1, epochs + 1))

    @property
    def tokens(self) -> int:
        """Real tokens in an epoch."""
        return int(self._lengths.sum())

    def epoch(self, seed: int, epoch: int) -> Iterator[Batch]:
        """Every row once, or as drawn. Rows are shuffled, sorted by length within windows, and their batches
        shuffled."""
        return map(self._batch, self._shuffled(seed, epoch))

    def by_length(self) -> Iterator[Batch]:
        """Every row once, the longest first, so that a lack of memory shows at once."""
        return map(self._batch, self._cut(np.argsort(-self._lengths, kind="stable")))

    def padding_share(self, seed: int, epoch: int) -> float:
        """Share of an epoch's positions, from 0 to 1, that hold no token."""
        batches = self._shuffled(seed, epoch)
        width = sum(len(rows) * _width(self._lengths[rows].max()) for rows in batches)
        tokens = sum(int(self._lengths[rows].sum()) for rows in batches)
        return 1.0 - tokens / width if width else 0.0

    def _shuffled(self, seed: int, epoch: int) -> list[npt.NDArray[np.int64]]:
        random = np.random.default_rng([seed, epoch])
        count = len(self._ids)
        if self._shares is None:
            order = random.permutation(count)
        else:
            order = random.choice(count, size=count, p=self._shares)
        window = _WINDOW * self._rows_in_a_batch()
        batches: list[npt.NDArray[np.int64]] = []
        for start in range(0, len(order), window):
            part = order[start : start + window]
            blurred = self._lengths[part] * random.uniform(1 - _BLUR, 1 + _BLUR, len(part))
            batches += self._cut(part[np.argsort(blurred, kind="stable")])
        return [batches[i] for i in random.permutation(len(batches))]

    def _rows_in_a_batch(self) -> int:
        """Rows of a batch, on average."""
        if self.batch_tokens is None:
            return self.batch_size
        return max(1, int(self.batch_tokens / max(1.0, self._lengths.mean())))

    def _cut(self, order: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
        if self.batch_tokens is None:
            return [order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size)]
        starts, longest = [0], 0
        for place, length in enumerate(self._lengths[order].tolist()):
            longest = max(longest, length)
            if place > starts[-1] and (place + 1 - starts[-1]) * _width(longest) > self.batch_tokens:
                starts.append(place)
                longest = length
        return np.split(order, starts[1:])

    def _batch(self, rows: npt.NDArray[np.int64]) -> Batch:
        lengths = self._lengths[rows]
        shape = (len(rows), _width(lengths.max()), *self._ids[0].shape[1:])
        ids = np.full(shape, PADDING_ID, dtype=np.int32)
        for place, row in enumerate(rows):
            ids[place, : lengths[place]] = self._ids[row]
        return Batch(ids, lengths, self._targets[rows], self._weights[rows], rows)


def run_in_batches(
    compute: Callable[[Ids, Ids], npt.NDArray[Any]], ids: Sequence[Ids], *, batch_size: int
) -> npt.NDArray[Any]:
    """Computes something for every row, in batches of like length.

    Args:
        compute: ids [batch, time] and lengths [batch] to an array [batch, ...].
        ids: the token ids of each row, at least one row.
        batch_size: most rows in a batch.

    Returns:
        The results [rows, ...] in the order of ``ids``.
    """
    results: npt.NDArray[Any] | None = None
    for batch in Batches(ids, batch_size=batch_size).by_length():
        computed = np.asarray(compute(batch.ids, batch.lengths))
        if results is None:
            results = np.empty((len(ids), *computed.shape[1:]), dtype=computed.dtype)
        results[batch.rows] = computed
    if results is None:
        raise ValueError("there are no rows to compute")
    return results


def _width(longest: Any) -> int:
    """Time steps of a batch whose longest row has ``longest`` tokens, at least 1."""
    step = _FINE_STEP if longest <= _FINE_UP_TO else _WIDTH_STEP
    return max(1, -(-int(longest) // step)) * step
