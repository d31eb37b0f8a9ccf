"""Rows of rare labels on a par with the others."""

import numpy as np
import numpy.typing as npt


def balanced(targets: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """A weight for each row, [rows]: the rows of each label weigh the same in sum, and 1 on average.

    Args:
        targets: index of the label, [rows].
    """
    index = np.asarray(targets, dtype=np.int64)
    counts = np.bincount(index)
    return np.asarray(len(index) / (np.count_nonzero(counts) * counts[index]), dtype=np.float64)
