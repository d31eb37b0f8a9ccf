"""Label names as the numbers a network is held against."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import Task
from training.data.rows import Rows

UNKNOWN_LABEL = -1


def label_indices(rows: Rows, labels: Sequence[str]) -> npt.NDArray[np.int32]:
    """Classification: the index of each row's label, shape [rows].

    A label that is not among ``labels`` is ``UNKNOWN_LABEL``, which no answer equals.
    """
    index = {label: i for i, label in enumerate(labels)}
    return np.array([index.get(names[0], UNKNOWN_LABEL) for names in rows.labels], dtype=np.int32)


def label_matrix(rows: Rows, labels: Sequence[str]) -> npt.NDArray[np.float32]:
    """Multilabel: 1.0 where a label applies to a row, shape [rows, labels].

    Labels that are not among ``labels`` have no column; ``missed_labels`` counts them.
    """
    index = {label: i for i, label in enumerate(labels)}
    matrix = np.zeros((len(rows), len(labels)), dtype=np.float32)
    for row, names in enumerate(rows.labels):
        matrix[row, [index[name] for name in names if name in index]] = 1.0
    return matrix


def missed_labels(rows: Rows, labels: Sequence[str]) -> npt.NDArray[np.int32]:
    """Number of labels of each row that are not among ``labels`` and so are always missed, shape [rows]."""
    known = set(labels)
    return np.array([len(set(names) - known) for names in rows.labels], dtype=np.int32)


def targets(rows: Rows, labels: Sequence[str], task: Task) -> npt.NDArray[np.int32] | npt.NDArray[np.float32]:
    """``label_matrix`` for multilabel, else ``label_indices``."""
    return label_matrix(rows, labels) if task == "multilabel" else label_indices(rows, labels)
