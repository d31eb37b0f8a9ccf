"""Example texts of the cells of a confusion table, so that a count can be followed to what it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from training.evaluate import confusion_counts
from training.report.material import JudgedRows
from training.report.mistakes import excerpt

MOST_CELLS = 20
"""So many cells off the diagonal have examples, those with the most rows."""
MOST_ON_DIAGONAL = 10
"""With more labels, right answers have no examples."""
TEXTS = 3
"""Examples of a cell."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class CellExample:
    """A row of a cell by its number; ``confidence`` is that of the answer (multilabel: of the label)."""

    row: int
    excerpt: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Cell:
    """Rows of ``label`` that were answered ``answer``, and some of them.

    ``id`` is that of its place on the page. Multilabel: ``answer`` is "missed" or "invented", and all but the
    largest cells are without examples.
    """

    id: str
    label: str
    answer: str
    count: int
    examples: tuple[CellExample, ...]

    @property
    def right(self) -> bool:
        """Whether it stands on the diagonal."""
        return self.label == self.answer


def cell_id(label: Any, answer: Any) -> str:
    """The id of a cell: its place in the table, or what is wrong with a label and the label's place."""
    return f"cell-{label}-{answer}"


def confusion_cells(labels: Sequence[str], judged: JudgedRows, p: Floats) -> dict[str, Cell]:
    """The largest cells by id, the most rows first.

    A wrong cell shows the answers that were surest; one of the diagonal those that were least sure.

    Args:
        labels: of the model.
        judged: the rows.
        p: probabilities, [rows, labels].
    """
    targets, guesses, confidence = judged.targets, p.argmax(axis=1), p.max(axis=1)
    found = {}
    for label, answer in _largest(len(labels), targets, guesses):
        rows = np.flatnonzero((targets == label) & (guesses == answer))
        sign = 1.0 if label == answer else -1.0
        order = rows[np.argsort(sign * confidence[rows], kind="stable")]
        cell = _cell(cell_id(label, answer), labels[label], labels[answer], judged, confidence, order)
        found[cell.id] = cell
    return found


def label_cells(labels: Sequence[str], judged: JudgedRows, p: Floats, thresholds: Floats) -> dict[str, Cell]:
    """Multilabel: rows that miss a label or get one they do not have, the surest first.

    Args:
        judged: the rows.
        p: probabilities, [rows, labels].
        thresholds: of the labels, [labels].
    """
    truth, answered = judged.targets == 1, p >= thresholds
    wrong = {"missed": truth & ~answered, "invented": answered & ~truth}
    counts = sorted(
        ((int(rows[:, c].sum()), c, kind) for kind, rows in wrong.items() for c in range(len(labels))),
        key=lambda item: -item[0],
    )
    found = {}
    for place, (count, c, kind) in enumerate(counts):
        if count:
            rows = np.flatnonzero(wrong[kind][:, c])
            order = rows[np.argsort(p[rows, c] if kind == "missed" else -p[rows, c], kind="stable")]
            most = TEXTS if place < MOST_CELLS else 0
            cell = _cell(cell_id(kind, c), labels[c], kind, judged, p[:, c], order, most)
            found[cell.id] = cell
    return found


def _largest(labels: int, targets: Integers, guesses: Integers) -> list[tuple[int, int]]:
    """(label, answer) of the wrong cells with the most rows, then those of the diagonal."""
    counts = confusion_counts(targets, guesses, labels)
    right = [(i, i) for i in np.flatnonzero(np.diag(counts)).tolist() if labels <= MOST_ON_DIAGONAL]
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:MOST_CELLS]
    wrong = zip(*(axis.tolist() for axis in np.unravel_index(order, counts.shape)), strict=True)
    return [*((i, j) for i, j in wrong if counts[i, j]), *right]


def _cell(
    id: str,
    label: str,
    answer: str,
    judged: JudgedRows,
    confidence: Floats,
    order: Integers,
    most: int = TEXTS,
) -> Cell:
    examples = tuple(
        CellExample(judged.number(row), excerpt(judged.texts[row]), float(confidence[row]))
        for row in order[:most].tolist()
    )
    return Cell(id, label, answer, len(order), examples)
