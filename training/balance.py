"""Rows of rare labels on a par with the others."""

import numpy as np
import numpy.typing as npt

from training.config import Config


def balanced(targets: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """A weight for each row, [rows]: the rows of each label weigh the same in sum, and 1 on average.

    Args:
        targets: index of the label, [rows].
    """
    index = np.asarray(targets, dtype=np.int64)
    counts = np.bincount(index)
    return np.asarray(len(index) / (np.count_nonzero(counts) * counts[index]), dtype=np.float64)


def row_weights(config: Config, targets: npt.NDArray[np.integer]) -> npt.NDArray[np.float32] | None:
    """Each label's rows together weigh the same ("balanced"); the mean weight is 1."""
    return None if config.training.class_weight == "none" else balanced(targets).astype(np.float32)


def row_shares(config: Config, targets: npt.NDArray[np.integer]) -> npt.NDArray[np.float64] | None:
    """How likely each row is drawn where sampling is "balanced"; the sum is 1."""
    if config.training.sampling == "all":
        return None
    weights = balanced(targets)
    return weights / weights.sum()
