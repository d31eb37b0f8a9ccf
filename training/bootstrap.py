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
