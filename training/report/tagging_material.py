"""What the report of a tagging or joint model is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import Manifest
from models.text.tags import Span
from training.history import History
from training.report.material import JudgedRows
from training.report.top_words import WordFacts
from training.review import Conflict, Pair
from training.tagging.figures import Answers


@dataclass(frozen=True, slots=True)
class TaggingMaterial:
    """Everything the page shows.

    Attributes:
        manifest: of the model; its ``files`` are still empty: the report is one of the files.
        history: of its training.
        split: "test", or "dev" where there is no test part.
        texts, intents, gold: the rows of that part, with what stands in them.
        numbers: of these rows in their file, from 1; empty where they stand in no file.
        lengths: tokens of each before truncation, [rows].
        unknown: share of the read tokens that are not in the vocabulary, [rows].
        answers: what the network says of them.
        baseline: what the baseline says.
        judged_intents: the same rows for their intents, and those of dev where they are others, last.
        transitions: the CRF's scores, [tags + 1, tags + 1].
        values: the most frequent values of each type in train, with their number.
        words: what the training texts consist of; by intent, where there are intents.
        conflicts: texts that have several answers, in all parts of the data.
        pairs: rows of almost the same words with different intents, in all parts of the data.
    """

    manifest: Manifest
    history: History
    split: str
    texts: tuple[str, ...]
    intents: tuple[str, ...]
    gold: tuple[tuple[Span, ...], ...]
    lengths: npt.NDArray[np.integer]
    unknown: npt.NDArray[np.floating]
    answers: Answers
    baseline: Answers
    judged_intents: tuple[JudgedRows, ...]
    transitions: npt.NDArray[np.floating]
    values: dict[str, list[tuple[str, int]]]
    words: WordFacts
    conflicts: Sequence[Conflict] = ()
    pairs: Sequence[Pair] | None = None
    numbers: tuple[int, ...] = ()
