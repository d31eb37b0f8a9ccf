"""Rows whose label may be wrong, without fitting anything anew.

``training.review`` asks linear models fitted in folds. Here the network and its baseline are asked, which
have not learned from the judged rows either: what both, unlike as they are, put elsewhere is worth a look.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from training.report.material import JudgedRows
from training.review import Doubt, LabelledRow, doubts

MOST = 10
"""Of each list."""

Floats = npt.NDArray[np.float64]


def likely_label_errors(
    labels: Sequence[str], judged: JudgedRows, network: Floats, baseline: Floats | None
) -> list[Doubt]:
    """Judged rows that network and baseline answer alike, surely and not as they are labelled.

    Args:
        labels: of the network.
        judged: the rows.
        network: its probabilities, [rows, labels].
        baseline: the baseline's, [rows, labels]; None where there is none.
    """
    known = np.flatnonzero(judged.targets >= 0)
    p = network[known]
    answers = [p.argmax(axis=1)]
    if baseline is not None:
        answers.append(baseline[known].argmax(axis=1))
        p = (p + baseline[known]) / 2.0
    rows = [
        LabelledRow(judged.split, judged.number(row), judged.texts[row], labels[judged.targets[row]])
        for row in known.tolist()
    ]
    said = {
        row.number: {labels[answer] for answer in both}
        for row, both in zip(rows, np.stack(answers, axis=1).tolist(), strict=True)
    }
    return [doubt for doubt in doubts(rows, labels, p) if said[doubt.row] == {doubt.suggested}]
