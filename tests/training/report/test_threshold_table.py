"""What a threshold costs and gains, counted by hand."""

import numpy as np
import pytest

from training.report.threshold_table import THRESHOLDS, label_threshold_rows, threshold_rows


def test_rows_at_a_threshold_that_have_a_token_are_answered(make_material) -> None:
    material = make_material(rows=4, temperature=1.0)
    judged = material.judged
    # Confidences: 0.95, 0.88, 0.62 and 0.55; the model's own threshold is 0.6; the last two rows are wrong.
    judged.logits[:] = [[3.0, 0.0], [0.0, 2.0], [0.5, 0.0], [0.2, 0.0]]
    judged.targets[:] = [0, 1, 1, 1]
    rows = {row.threshold: row for row in threshold_rows(material.manifest.calibration, [judged])}
    assert list(rows) == sorted(THRESHOLDS)
    assert [limit for limit, row in rows.items() if row.chosen] == [0.6]
    own = rows[0.6].parts["test"]
    assert (own.share, own.precision) == (0.75, pytest.approx(2 / 3))
    assert (rows[0.0].parts["test"].share, rows[0.0].parts["test"].precision) == (1.0, 0.5)
    assert (rows[0.99].parts["test"].share, rows[0.99].parts["test"].precision) == (0.0, None)
    judged.lengths[0] = 0
    again = threshold_rows(material.manifest.calibration, [judged])
    assert again[0].parts["test"].share == 0.75


def test_an_own_threshold_between_the_fixed_ones_has_a_row(make_material) -> None:
    material = make_material()
    calibration = material.manifest.calibration.model_copy(update={"abstain_below": 0.55})
    rows = threshold_rows(calibration, [material.dev, material.judged])
    assert [row.threshold for row in rows][:4] == [0.0, 0.5, 0.55, 0.6]
    assert list(rows[2].parts) == ["dev", "test"]
    shares = [row.parts["test"].share for row in rows]
    assert shares == sorted(shares, reverse=True)


def test_labels_above_a_common_threshold_are_counted() -> None:
    p = np.array([[0.95, 0.45, 0.05], [0.35, 0.55, 0.05]])
    rows = {row.threshold: row for row in label_threshold_rows(p, np.array([[1, 0, 0], [1, 1, 0]]))}
    assert (rows[0.5].precision, rows[0.5].recall) == (1.0, pytest.approx(2 / 3))
    assert (rows[0.4].precision, rows[0.3].recall) == (pytest.approx(2 / 3), 1.0)
    assert (rows[0.6].labels, rows[0.6].empty) == (0.5, 0.5)
    assert label_threshold_rows(p * 0, np.zeros((2, 3)))[0].precision is None
