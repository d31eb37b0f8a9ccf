"""Confused pairs and the blocks of a large matrix."""

import numpy as np

from training.report.confusion import in_blocks, most_confused, row_shares


def test_pairs_are_ordered_by_rows_and_leave_out_the_right_and_the_empty_ones() -> None:
    found = most_confused(("a", "b", "c"), [[90, 4, 6], [0, 10, 0], [5, 0, 5]])
    assert [(one.label, one.answer, one.count) for one in found] == [
        ("a", "c", 6),
        ("c", "a", 5),
        ("a", "b", 4),
    ]
    assert [one.share for one in found] == [0.06, 0.5, 0.04]


def test_label_without_rows_has_no_shares() -> None:
    assert row_shares([[0, 0], [1, 3]]).tolist() == [[0.0, 0.0], [0.25, 0.75]]


def test_blocks_keep_every_row_and_the_diagonal() -> None:
    counts = np.random.default_rng(0).integers(0, 9, (7, 7))
    blocks, size = in_blocks(counts.tolist(), 3)
    assert (size, blocks.shape) == (3, (3, 3))
    assert blocks.sum() == counts.sum()
    assert blocks[0, 1] == counts[:3, 3:6].sum()
    same, one = in_blocks(counts.tolist(), 7)
    assert one == 1
    assert same.tolist() == counts.tolist()
