"""F1 of labels from counts, and its mean over them."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def f1(hits: npt.ArrayLike, said: npt.ArrayLike, there: npt.ArrayLike) -> Floats:
    """F1 of each cell of counts, 0 where a label is neither there nor answered.

    Args:
        hits: how often it was answered rightly.
        said: how often it was answered.
        there: how often it was right.
    """
    both = np.asarray(said, np.float64) + np.asarray(there, np.float64)
    return np.divide(2.0 * np.asarray(hits, np.float64), both, out=np.zeros_like(both), where=both > 0)


def macro_f1(hits: npt.ArrayLike, said: npt.ArrayLike, there: npt.ArrayLike) -> Floats:
    """Mean F1 over the labels, the last axis of counts; arguments as for ``f1``.

    A label that is neither there nor answered is left out, as scikit-learn's ``f1_score`` does: rows that say
    nothing about it must not lower the mean. 0 where no label is left.
    """
    counted = np.asarray(said, np.float64) + np.asarray(there, np.float64) > 0
    return np.asarray(f1(hits, said, there).sum(axis=-1) / np.maximum(counted.sum(axis=-1), 1))
