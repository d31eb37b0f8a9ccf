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

    @property
    def most_cells(self) -> int:
        """So many ids, padding counted, are computed at once; more are quicker in several calls."""

    def run(self, ids: Ids, lengths: Ids, characters: Ids | None = None) -> Outputs:
        """Runs the ``ids`` signature.

        Args:
            ids: token ids, shape [batch, time], time >= 1, right-padded with 0.
            lengths: number of real tokens of each row, shape [batch]; 0 is allowed.
            characters: case and characters of each token, shape [batch, time, 1 + width], where the network
                reads them.

        Returns:
            classification and multilabel: ``logits`` [batch, classes]; tagging and joint: ``emissions``
            [batch, time, tags], which mean nothing at padding, and ``transitions`` [tags + 1, tags + 1];
            joint also ``intent_logits`` [batch, intents].
        """
