"""The one interface between a network and everything that uses its answers."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int32]
Outputs = Mapping[str, npt.NDArray[np.float32]]


class Engine(Protocol):
    """Computes a network's raw outputs. Thread-safe: ``run`` may be called from several threads at once."""

    @property
    def name(self) -> str:
        """ "savedmodel", "onnx" or "onnx-int8"."""

    def run(self, ids: Ids, lengths: Ids) -> Outputs:
        """Runs the ``ids`` signature.

        Args:
            ids: token ids, shape [batch, time], time >= 1, right-padded with 0.
            lengths: number of real tokens of each row, shape [batch]; 0 is allowed.

        Returns:
            classification and multilabel: ``logits`` [batch, classes].
        """
