"""What a report is made of."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import Manifest
from training.evaluate import Targets
from training.history import History


@dataclass(frozen=True, slots=True)
class JudgedRows:
    """Rows that were held out, with what the network answered.

    Attributes:
        split: "test", or "dev" where there is no test part.
        texts: the rows.
        targets: classification: index of the label or -1 for one training did not have, [rows];
            multilabel: 0 or 1, [rows, classes].
        logits: raw outputs, [rows, classes].
        lengths: tokens a row before truncation, [rows].
        unknown: share of the read tokens that are not in the vocabulary, [rows].
    """

    split: str
    texts: tuple[str, ...]
    targets: Targets
    logits: npt.NDArray[np.float32]
    lengths: npt.NDArray[np.integer]
    unknown: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ReportMaterial:
    """Everything the page shows. ``manifest.files`` is still empty: the report is one of the files."""

    manifest: Manifest
    history: History
    judged: JudgedRows
