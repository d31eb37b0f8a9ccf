"""Bootstrap 95 % intervals: rows drawn with replacement, the figure computed on every draw.

A draw is a vector of weights (how often each row was drawn), so a figure of all draws is a few matrix
products. Efron and Tibshirani (1993), An Introduction to the Bootstrap, section 14.3: the bias-corrected
percentile interval, without acceleration.
"""

from collections.abc import Callable, Iterator
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import Interval
from training.f1 import macro_f1

Floats = npt.NDArray[np.float64]
Figure = Callable[[Floats], Floats]
"""From weights [draws, rows] to the figure of each draw [draws]."""

DRAWS = 2000
ECE_BINS = 15
# Bounds the memory of a weight matrix: draws are made and used in portions of about this many cells.
_CELLS = 4_000_000
_NORMAL = NormalDist()
_Z = _NORMAL.inv_cdf(0.975)
_ROUNDING = 1e-12


class Resamples:
    """``DRAWS`` bootstrap draws of ``rows`` rows, made in portions, the same for a seed."""

    def __init__(self, rows: int, seed: int) -> None:
        self.rows = rows
        self._seed = seed

    def portions(self) -> Iterator[Floats]:
        """Weights [draws, rows] of some draws at a time."""
        generator = np.random.default_rng(self._seed)
        size = max(1, min(DRAWS, _CELLS // max(1, self.rows)))
        for start in range(0, DRAWS, size):
            # Counting the rows drawn is some ten times as fast as a multinomial draw.
            drawn = generator.integers(0, self.rows, (min(size, DRAWS - start), self.rows))
            yield np.stack([np.bincount(row, minlength=self.rows) for row in drawn]).astype(np.float64)


def interval(figure: Figure, draws: Resamples) -> Interval:
    """The figure on all rows, with its 95 % interval over the draws; the figure lies in it.

    Draws lower some figures, such as macro F1 where labels have few rows: its value is not in their middle.
    The quantiles are moved by the share of draws below it, twice as far in normal units.
    """
    value = float(figure(np.ones((1, draws.rows)))[0])
    over = np.concatenate([figure(weights) for weights in draws.portions()])
    # Draws that are equal but for rounding count as equal.
    above, below = float(np.mean(over > value + _ROUNDING)), float(np.mean(over < value - _ROUNDING))
    share = below + (1.0 - above - below) / 2.0
    middle = _NORMAL.inv_cdf(min(max(share, 0.5 / DRAWS), 1.0 - 0.5 / DRAWS))
    low, high = np.quantile(over, [_NORMAL.cdf(2.0 * middle - _Z), _NORMAL.cdf(2.0 * middle + _Z)])
    return Interval(value=value, low=min(float(low), value), high=max(float(high), value))


def accuracy_of(right: npt.NDArray[np.bool_]) -> Figure:
    """Share of rows answered rightly."""
    return lambda weights: weights @ right.astype(np.float64) / weights.sum(axis=1)


def macro_f1_of(guesses: npt.NDArray[np.integer], targets: npt.NDArray[np.integer], classes: int) -> Figure:
    """Mean F1 over the classes; see ``macro_f1``."""
    columns = np.arange(classes)
    said = (guesses[:, None] == columns).astype(np.float64)
    there = (targets[:, None] == columns).astype(np.float64)

    hits = said * there
    return lambda weights: macro_f1(weights @ hits, weights @ said, weights @ there)


def ece_of(confidence: Floats, right: npt.NDArray[np.bool_]) -> Figure:
    """Expected calibration error over 15 equal bins of confidence. Guo et al. (2017), section 2."""
    bins = np.minimum((confidence * ECE_BINS).astype(np.int64), ECE_BINS - 1)
    member = (bins[:, None] == np.arange(ECE_BINS)).astype(np.float64)
    gap = member * (right.astype(np.float64) - confidence)[:, None]
    return lambda weights: np.abs(weights @ gap).sum(axis=1) / weights.sum(axis=1)


def roc_auc_of(scores: Floats, truth: npt.NDArray[np.bool_]) -> tuple[float, Floats]:
    """Area under the ROC curve, and how far each row moves it.

    The area is the share of (true, false) pairs in the right order, ties counting half. The second value is
    the influence of each row, [rows], mean 0: the area on a draw with weights w is about
    ``area + w @ influence / rows``. DeLong, DeLong and Clarke-Pearson (1988), structural components. Exact
    areas of every draw would need a sort a class and draw.
    """
    from scipy.stats import rankdata

    ranks = rankdata(scores)
    n_true, n_false = int(truth.sum()), int((~truth).sum())
    # How much of the other side each row is in the right order with.
    right = np.empty(len(scores))
    right[truth] = (ranks[truth] - rankdata(scores[truth])) / n_false
    right[~truth] = 1.0 - (ranks[~truth] - rankdata(scores[~truth])) / n_true
    area = float(right[truth].mean())
    share = np.where(truth, n_true, n_false) / len(scores)
    return area, (right - area) / share


def linear_interval(value: float, influence: Floats, draws: Resamples) -> Interval:
    """The interval of a figure that rows move by ``influence`` (see ``roc_auc_of``), kept in [0, 1]."""
    found = interval(lambda weights: np.clip(value + weights @ influence / draws.rows, 0.0, 1.0), draws)
    return found.model_copy(update={"value": value})
