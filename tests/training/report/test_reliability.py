"""Bins and calibration error against figures worked out by hand."""

import numpy as np
import pytest

from training.report.reliability import reliability


def test_bins_and_error_of_four_answers() -> None:
    confidence = np.array([0.90, 0.92, 0.60, 1.0])
    logits = np.stack([np.log(confidence / np.maximum(1.0 - confidence, 1e-12)), np.zeros(4)], axis=1)
    found = reliability("classification", logits, np.array([0, 1, 0, 0]), 1.0)
    # Fifteenths: 0.90 and 0.92 lie in [13/15, 14/15), 0.60 in [9/15, 10/15), 1.0 in the last one.
    filled = {i: one for i, one in enumerate(found.bins) if one.count}
    assert sorted(filled) == [9, 13, 14]
    assert (filled[13].count, filled[13].accuracy) == (2, 0.5)
    assert filled[13].confidence == pytest.approx(0.91)
    assert found.ece == pytest.approx((2 * abs(0.5 - 0.91) + abs(1.0 - 0.6) + 0.0) / 4)


def test_error_is_the_one_of_the_manifest(make_material) -> None:
    material = make_material(noise=4.0)
    manifest, judged = material.manifest, material.judged
    found = reliability(manifest.task, judged.logits, judged.targets, manifest.calibration.temperature)
    assert found.ece == pytest.approx(manifest.test.metrics["ece"].value)


def test_temperature_moves_the_answers_to_other_bins(make_material) -> None:
    judged = make_material(noise=4.0).judged
    sharp = reliability("classification", judged.logits, judged.targets, 0.5)
    soft = reliability("classification", judged.logits, judged.targets, 4.0)
    assert sharp.bins[-1].count > soft.bins[-1].count
    assert sum(one.count for one in sharp.bins) == sum(one.count for one in soft.bins) == len(judged.targets)


def test_rows_of_an_unknown_label_are_wrong() -> None:
    found = reliability("classification", np.array([[9.0, 0.0]]), np.array([-1]), 1.0)
    assert found.bins[-1].accuracy == 0.0


def test_multilabel_counts_every_pair_of_row_and_label() -> None:
    logits = np.array([[5.0, -5.0], [0.0, 5.0]])
    found = reliability("multilabel", logits, np.array([[1, 0], [1, 0]]), 1.0)
    assert [one.count for one in found.bins if one.count] == [1, 1, 2]
    assert found.bins[-1].accuracy == 0.5
