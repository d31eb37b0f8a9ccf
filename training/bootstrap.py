"""Bootstrap 95 % intervals: rows drawn with replacement, the figure computed on every draw.

A draw is a vector of weights (how often each row was drawn), so a figure of all draws is a few matrix
products. Efron and Tibshirani (1993), An Introduction to the Bootstrap, section 13 (percentile interval).
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import Interval

Floats = npt.NDArray[np.float64]
Figure = Callable[[Floats], Floats]
"""From weights [draws, rows] to the figure of each draw [draws]."""

DRAWS = 500
ECE_BINS = 15
# Bounds the memory of a weight matrix: draws are made and used in portions of about this many cells.
_CELLS = 4_000_000


class Resamples:
    """``DRAWS`` bootstrap draws of ``rows`` rows, made in portions, the same for a seed."""

    def __init__(self, rows: int, seed: int) -> None:
        self.rows = rows
        self._seed = seed

    def portions(self) -> Iterator[Floats]:
        """Weights [draws, rows] of some draws at a time."""
        generator = np.random.default_rng(self._seed)
        size = max(1, min(DRAWS, _CELLS // max(1, self.rows)))
        share = np.full(self.rows, 1.0 / self.rows)
        for start in range(0, DRAWS, size):
            count = min(size, DRAWS - start)
            yield generator.multinomial(self.rows, share, size=count).astype(np.float64)


def interval(figure: Figure, draws: Resamples) -> Interval:
    """The figure on all rows, with the 2.5 % and 97.5 % quantiles over the draws."""
    value = float(figure(np.ones((1, draws.rows)))[0])
    over = np.concatenate([figure(weights) for weights in draws.portions()])
    low, high = np.quantile(over, [0.025, 0.975])
    return Interval(value=value, low=float(low), high=float(high))


def accuracy_of(right: npt.NDArray[np.bool_]) -> Figure:
    """Share of rows answered rightly."""
    return lambda weights: weights @ right.astype(np.float64) / weights.sum(axis=1)


def macro_f1_of(guesses: npt.NDArray[np.integer], targets: npt.NDArray[np.integer], classes: int) -> Figure:
    """Mean F1 over the classes; a class neither there nor answered counts 0."""
    columns = np.arange(classes)
    said = (guesses[:, None] == columns).astype(np.float64)
    there = (targets[:, None] == columns).astype(np.float64)

    def figure(weights: Floats) -> Floats:
        both = weights @ said + weights @ there
        f1 = np.divide(2.0 * (weights @ (said * there)), both, out=np.zeros_like(both), where=both > 0)
        return np.asarray(f1.mean(axis=1))

    return figure


def ece_of(confidence: Floats, right: npt.NDArray[np.bool_]) -> Figure:
    """Expected calibration error over 15 equal bins of confidence. Guo et al. (2017), section 2."""
    bins = np.minimum((confidence * ECE_BINS).astype(np.int64), ECE_BINS - 1)
    member = (bins[:, None] == np.arange(ECE_BINS)).astype(np.float64)
    gap = member * (right.astype(np.float64) - confidence)[:, None]
    return lambda weights: np.abs(weights @ gap).sum(axis=1) / weights.sum(axis=1)


def roc_auc_of(scores: Floats, truth: npt.NDArray[np.bool_]) -> Figure:
    """Area under the ROC curve: the share of (true, false) pairs in the right order, ties counting half."""
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0])
    positive = truth[order].astype(np.float64)

    def figure(weights: Floats) -> Floats:
        ordered = weights[:, order]
        up = np.add.reduceat(ordered * positive, starts, axis=1)
        down = np.add.reduceat(ordered * (1.0 - positive), starts, axis=1)
        below = np.cumsum(down, axis=1) - down
        pairs = up.sum(axis=1) * down.sum(axis=1)
        ordered_pairs = (up * (below + 0.5 * down)).sum(axis=1)
        # A draw without one of the two sides has no area; one half says nothing either way.
        return np.divide(ordered_pairs, pairs, out=np.full_like(pairs, 0.5), where=pairs > 0)

    return figure
