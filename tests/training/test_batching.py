import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.batching import Batches, run_in_batches

lengths_of_rows = st.lists(st.integers(0, 40), min_size=1, max_size=120)


def encoded(lengths):
    """Rows of the given lengths; no two rows hold the same ids."""
    ends = np.cumsum([0, *lengths])
    return [np.arange(start + 2, end + 2, dtype=np.int32) for start, end in itertools.pairwise(ends)]


@given(lengths_of_rows, st.integers(1, 16), st.integers(0, 3), st.integers(0, 3))
def test_an_epoch_holds_every_row_once_and_whole(lengths, batch_size, seed, epoch):
    ids = encoded(lengths)
    targets = np.arange(len(ids)) * 10
    seen = []
    batches = list(Batches(ids, targets, batch_size=batch_size).epoch(seed, epoch))
    for batch in batches:
        assert batch.ids.dtype == batch.lengths.dtype == np.int32
        assert batch.ids.shape[1] >= 1
        assert len(batch.rows) <= batch_size
        for row, got, length, target in zip(batch.rows, batch.ids, batch.lengths, batch.targets, strict=True):
            np.testing.assert_array_equal(got[:length], ids[row])
            assert not got[length:].any()
            assert target == row * 10
        seen += batch.rows.tolist()
    assert sorted(seen) == list(range(len(ids)))
    assert 3 * len(batches) == Batches(ids, batch_size=batch_size).steps(seed, 3)


@given(lengths_of_rows, st.integers(1, 16))
def test_an_epoch_is_a_function_of_seed_and_epoch(lengths, batch_size):
    ids = encoded(lengths)

    def order(seed, epoch):
        return [batch.rows.tolist() for batch in Batches(ids, batch_size=batch_size).epoch(seed, epoch)]

    assert order(1, 2) == order(1, 2)


def test_epochs_and_seeds_differ_in_order_and_in_the_rows_that_meet():
    random = np.random.default_rng(0)
    batches = Batches(encoded(random.integers(1, 300, 1000)), batch_size=32)

    def meetings(seed, epoch):
        return {frozenset(batch.rows.tolist()) for batch in batches.epoch(seed, epoch)}

    first = meetings(1, 0)
    for other in (meetings(1, 1), meetings(2, 0)):
        assert len(first & other) < len(first) / 2


def test_batches_come_in_no_order_of_length():
    batches = Batches(encoded(range(1, 641)), batch_size=32)
    widths = [batch.ids.shape[1] for batch in batches.epoch(1, 0)]
    assert widths != sorted(widths)
    assert widths != sorted(widths, reverse=True)


def test_padding_is_below_five_per_cent_on_lengths_like_those_of_long_reviews():
    # Log-normal around 175 words with the spread of film reviews, cut at 512 tokens.
    random = np.random.default_rng(0)
    lengths = np.minimum(np.exp(random.normal(np.log(210), 0.65, 12_000)), 512).astype(int)
    rows = [np.ones(length, np.int32) for length in lengths]
    batches = Batches(rows, batch_size=64)
    positions = sum(batch.ids.size for batch in batches.epoch(1, 0))
    assert batches.padding_share(1, 0) == pytest.approx(1 - lengths.sum() / positions)
    assert batches.padding_share(1, 0) < 0.05


def test_widths_are_few():
    batches = Batches(encoded(range(400)), batch_size=4)
    widths = {batch.ids.shape[1] for batch in batches.epoch(1, 0)}
    assert all(width % (2 if width <= 32 else 8) == 0 for width in widths)
    assert len(widths) <= 62


def test_rows_without_a_token_keep_a_time_axis():
    (batch,) = Batches(encoded([0, 0]), batch_size=2).epoch(1, 0)
    assert batch.ids.shape == (2, 2)
    assert batch.lengths.tolist() == [0, 0]


def test_weights_and_targets_of_any_width_follow_their_rows():
    targets = np.eye(5, 3, dtype=np.float32)
    weights = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    for batch in Batches(encoded([3, 1, 9, 2, 30]), targets, batch_size=2, weights=weights).epoch(3, 1):
        np.testing.assert_array_equal(batch.targets, targets[batch.rows])
        np.testing.assert_array_equal(batch.weights, weights[batch.rows])
        assert batch.weights.dtype == np.float32


def test_rows_are_drawn_as_often_as_their_shares_say():
    lengths = [3] * 90 + [5] * 10
    shares = np.array([0.5 / 90] * 90 + [0.5 / 10] * 10)
    batches = Batches(encoded(lengths), batch_size=8, shares=shares)
    rows = np.concatenate([batch.rows for epoch in range(30) for batch in batches.epoch(1, epoch)])
    assert len(rows) == 30 * 100, "an epoch is as long as ever"
    assert (rows >= 90).mean() == pytest.approx(0.5, abs=0.04)
    assert len(set(rows.tolist())) == 100
    cells = sum(batch.ids.size for batch in batches.epoch(1, 1))
    tokens = sum(int(batch.lengths.sum()) for batch in batches.epoch(1, 1))
    assert batches.padding_share(1, 1) == pytest.approx(1 - tokens / cells)
    again = [batch.rows.tolist() for batch in batches.epoch(1, 2)]
    assert again == [batch.rows.tolist() for batch in batches.epoch(1, 2)]


def test_targets_of_another_number_of_rows_are_refused():
    with pytest.raises(ValueError, match="2 rows, 3 targets"):
        Batches(encoded([1, 2]), np.zeros(3), batch_size=2)


@given(lengths_of_rows, st.integers(1, 16))
def test_results_come_back_in_the_order_of_the_rows(lengths, batch_size):
    ids = encoded(lengths)
    sums = run_in_batches(
        lambda batch, lengths: np.stack([batch.sum(axis=1), lengths], axis=1), ids, batch_size=batch_size
    )
    assert sums.tolist() == [[int(row.sum()), len(row)] for row in ids]


def test_evaluation_reads_the_longest_rows_first():
    batches = Batches(encoded([3, 50, 7, 20]), batch_size=1)
    assert [int(batch.lengths[0]) for batch in batches.by_length()] == [50, 20, 7, 3]


@given(lengths_of_rows, st.integers(8, 200), st.integers(0, 3))
def test_batches_by_tokens_hold_every_row_once_within_their_budget(lengths, budget, seed):
    ids = encoded(lengths)
    batches = Batches(ids, batch_size=1, batch_tokens=budget)
    epochs = [list(batches.epoch(seed, epoch)) for epoch in (1, 2)]
    for epoch in epochs:
        assert sorted(row for batch in epoch for row in batch.rows) == list(range(len(ids)))
        for batch in epoch:
            assert batch.ids.size <= budget or len(batch.rows) == 1
            for row, got, length in zip(batch.rows, batch.ids, batch.lengths, strict=True):
                np.testing.assert_array_equal(got[:length], ids[row])
    assert batches.steps(seed, 2) == sum(map(len, epochs))


def test_batches_by_tokens_are_nearly_full():
    random = np.random.default_rng(0)
    rows = encoded(np.minimum(np.exp(random.normal(5, 0.65, 6_000)), 400).astype(int))
    sizes = [batch.ids.size for batch in Batches(rows, batch_size=1, batch_tokens=8_000).epoch(1, 1)]
    assert np.mean(sizes) > 0.95 * 8_000
