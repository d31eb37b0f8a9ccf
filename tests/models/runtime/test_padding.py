from hypothesis import given
from hypothesis import strategies as st

from models.runtime.padding import batches_by_length, pad

lengths_lists = st.lists(st.integers(0, 60), max_size=40)


def test_pads_to_the_right_with_zeros() -> None:
    ids, lengths = pad([[5, 6], [], [7]])
    assert ids.tolist() == [[5, 6], [0, 0], [7, 0]]
    assert lengths.tolist() == [2, 0, 1]
    assert (ids.dtype, lengths.dtype) == ("int32", "int32")


def test_time_is_at_least_one() -> None:
    assert pad([[], []])[0].shape == (2, 1)


@given(lengths_lists, st.integers(1, 8), st.integers(1, 200))
def test_every_row_stands_in_one_group_within_the_limits(lengths: list[int], rows: int, cells: int) -> None:
    groups = list(batches_by_length(lengths, max_rows=rows, max_cells=cells))
    assert sorted(i for group in groups for i in group) == list(range(len(lengths)))
    for group in groups:
        width = max(1, *(lengths[i] for i in group)) if len(group) > 1 else max(1, lengths[group[0]])
        assert len(group) <= rows
        assert len(group) == 1 or len(group) * width <= cells


@given(lengths_lists)
def test_groups_hold_rows_of_like_length(lengths: list[int]) -> None:
    groups = list(batches_by_length(lengths, max_rows=4, max_cells=10_000))
    assert [lengths[i] for group in groups for i in group] == sorted(lengths)
