"""Whether two models that answered the same rows differ by more than chance."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import Interval
from training.bootstrap import Resamples, interval

Right = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Paired:
    """Two models on the same rows.

    Attributes:
        margin: accuracy of the first above the second's, with a paired bootstrap interval.
        first_only: rows that only the first answers rightly.
        second_only: rows that only the second answers rightly.
        p: p-value of McNemar's exact test.
    """

    margin: Interval
    first_only: int
    second_only: int
    p: float


def paired(first: Right, second: Right, seed: int) -> Paired:
    """Holds two models against each other.

    Args:
        first: which rows the first model answers rightly, [rows].
        second: the same of the second.
        seed: of the bootstrap.
    """
    difference = first.astype(np.float64) - second.astype(np.float64)
    margin = interval(
        lambda weights: weights @ difference / weights.sum(axis=1), Resamples(len(difference), seed)
    )
    only = int((first & ~second).sum()), int((second & ~first).sum())
    return Paired(margin, *only, mcnemar(*only))


def mcnemar(first_only: int, second_only: int) -> float:
    """Two-sided p-value of the exact test: of the rows that one model alone answers, each has half.

    McNemar (1947); Dietterich (1998), Approximate Statistical Tests for Comparing Supervised Classification
    Learning Algorithms, section 3.1.
    """
    from scipy.stats import binomtest

    discordant = first_only + second_only
    return float(binomtest(first_only, discordant, 0.5).pvalue) if discordant else 1.0
