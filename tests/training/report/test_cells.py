"""Which examples a cell of the confusion table leads to."""

import numpy as np

from models.runtime.decoding import probabilities
from training.report.cells import MOST_CELLS, TEXTS, confusion_cells, label_cells
from training.report.material import JudgedRows

LABELS = ("a", "b")


def judged(targets: np.ndarray, first: int = 1) -> JudgedRows:
    """Rows that stand one after the other in a file, the first of them with this number."""
    rows = len(targets)
    return JudgedRows(
        "test",
        tuple(f"text {i}" for i in range(rows)),
        targets,
        np.zeros((rows, 2), np.float32),
        np.ones(rows, np.int64),
        np.zeros(rows),
        tuple(range(first, first + rows)),
    )


def test_wrong_cells_show_the_surest_rows_and_right_ones_the_least_sure() -> None:
    sure_of_b = np.array([0.6, 0.9, 0.7, 0.8, 0.2, 0.1, 0.9, 0.9])
    p = np.stack([1 - sure_of_b, sure_of_b], axis=1)
    targets = np.array([0, 0, 0, 0, 0, 0, 1, -1])
    cells = confusion_cells(LABELS, judged(targets, 101), p)
    assert {key: cell.count for key, cell in cells.items()} == {"cell-0-1": 4, "cell-0-0": 2, "cell-1-1": 1}
    assert [one.row for one in cells["cell-0-1"].examples] == [102, 104, 103]
    assert [one.row for one in cells["cell-0-0"].examples] == [105, 106]
    assert (cells["cell-0-1"].label, cells["cell-0-1"].answer) == LABELS


def test_of_many_labels_the_largest_cells_are_shown(make_material) -> None:
    material = make_material(labels=[f"l{i}" for i in range(60)], rows=900, noise=4.0)
    p = probabilities("classification", material.judged.logits, 1.0)
    cells = confusion_cells(material.manifest.labels, material.judged, p)
    counts = np.array(material.manifest.test.confusion)
    np.fill_diagonal(counts, 0)
    assert [cell.count for cell in cells.values()] == sorted(counts.ravel().tolist())[::-1][:MOST_CELLS]
    assert all(len(cell.examples) == min(TEXTS, cell.count) for cell in cells.values())


def test_multilabel_rows_are_found_by_what_is_missed_and_invented() -> None:
    p = np.array([[0.9, 0.2], [0.4, 0.3], [0.1, 0.8], [0.6, 0.9]])
    targets = np.array([[1, 1], [1, 1], [1, 1], [0, 1]])
    cells = label_cells(LABELS, judged(targets), p, np.array([0.5, 0.5]))
    assert {key: [one.row for one in cell.examples] for key, cell in cells.items()} == {
        "cell-missed-0": [3, 2],
        "cell-missed-1": [1, 2],
        "cell-invented-0": [4],
    }
    assert cells["cell-invented-0"].answer == "invented"
