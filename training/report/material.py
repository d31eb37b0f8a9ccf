"""What a report is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import Manifest
from training.evaluate import Targets
from training.history import History
from training.report.top_words import WordFacts
from training.review import Conflict, Pair


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
        numbers: of each row in its file, from 1; empty where they stand in no file.
    """

    split: str
    texts: tuple[str, ...]
    targets: Targets
    logits: npt.NDArray[np.float32]
    lengths: npt.NDArray[np.integer]
    unknown: npt.NDArray[np.float64]
    numbers: tuple[int, ...] = ()

    def number(self, row: int) -> int:
        """By which a person finds a row, counted from 0 here: its number in its file, from 1."""
        return self.numbers[row] if self.numbers else row + 1


@dataclass(frozen=True, slots=True)
class ReportMaterial:
    """Everything the page shows.

    Attributes:
        manifest: of the model; its ``files`` are still empty: the report is one of the files.
        history: of its training.
        judged: the test rows, or those of dev where there is no test part.
        dev: the dev rows where ``judged`` are others.
        baseline: the baseline's probabilities of the judged rows, [rows, classes]; None where there is none.
        words: what the training texts consist of.
        conflicts: texts with several labels, in all parts of the data.
        pairs: rows of almost the same words with different labels, in all parts of the data.
    """

    manifest: Manifest
    history: History
    judged: JudgedRows
    dev: JudgedRows | None
    baseline: npt.NDArray[np.float64] | None
    words: WordFacts
    conflicts: Sequence[Conflict] = ()
    pairs: Sequence[Pair] = ()
