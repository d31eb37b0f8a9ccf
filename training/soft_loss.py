"""Cross-entropy that no row can make certain: what the few numbers fitted on dev are chosen by."""

import numpy as np
import numpy.typing as npt

from models.runtime.decoding import probabilities
from models.runtime.manifest import Task
from training.evaluate import Targets

_TINY = 1e-300


class SoftLoss:
    """Mean cross-entropy of the rows whose label training had.

    The targets are softened as Platt (1999) does, section 2.2: on rows that are all answered rightly the
    least cross-entropy would otherwise be that of absolute certainty.
    """

    def __init__(self, task: Task, targets: Targets, classes: int) -> None:
        """Takes the truth.

        Args:
            targets: index of the label (-1: one training did not have), [rows];
                multilabel: 0 or 1, [rows, classes].
            classes: number of labels.
        """
        self._task = task
        self._known = np.ones(len(targets), bool) if task == "multilabel" else targets >= 0
        kept = targets[self._known]
        doubt = 1.0 / (len(kept) + 2)
        if task == "multilabel":
            self._soft = np.asarray(kept) * (1.0 - 2 * doubt) + doubt
        else:
            truth = np.eye(classes)[kept]
            self._soft = truth * (1.0 - doubt) + (1.0 - truth) * doubt / max(1, classes - 1)

    @property
    def rows(self) -> int:
        """How many rows count."""
        return len(self._soft)

    def __call__(self, logits: npt.NDArray[np.floating], temperature: float = 1.0) -> float:
        """The loss of logits [rows, classes] of all rows; 0 where none counts."""
        if self.rows == 0:
            return 0.0
        p = probabilities(self._task, logits[self._known], temperature)
        each = self._soft * np.log(p + _TINY)
        if self._task == "multilabel":
            each += (1.0 - self._soft) * np.log(1.0 - p + _TINY)
        return float(-each.sum(axis=1).mean())
