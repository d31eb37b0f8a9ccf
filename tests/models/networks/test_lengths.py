import numpy as np
from keras import ops

from models.networks.lengths import ReverseTokens, has_token, is_token, take_steps

STATES = np.arange(2 * 4 * 3, dtype=np.float32).reshape(2, 4, 3)


def test_mask_counts_steps_of_each_row() -> None:
    mask = np.asarray(is_token(STATES, ops.convert_to_tensor([3, 0])))
    assert mask[..., 0].tolist() == [[True, True, True, False], [False] * 4]
    assert np.asarray(has_token(ops.convert_to_tensor([3, 0])))[..., 0].tolist() == [True, False]


def test_reversal_turns_tokens_and_keeps_padding() -> None:
    turned = np.asarray(ReverseTokens()(STATES, np.array([3, 1], np.int32)))
    np.testing.assert_array_equal(turned[0], STATES[0, [2, 1, 0, 3]])
    np.testing.assert_array_equal(turned[1], STATES[1])


def test_reversal_of_an_empty_row_changes_nothing() -> None:
    lengths = np.array([0, 4], np.int32)
    turned = np.asarray(ReverseTokens()(STATES, lengths))
    np.testing.assert_array_equal(turned[0], STATES[0])
    np.testing.assert_array_equal(turned[1], STATES[1, ::-1])


def test_reversal_is_its_own_inverse() -> None:
    lengths = np.array([3, 2], np.int32)
    reverse = ReverseTokens()
    np.testing.assert_array_equal(np.asarray(reverse(reverse(STATES, lengths), lengths)), STATES)


def test_taken_steps_are_each_rows_own() -> None:
    taken = np.asarray(take_steps(ops.convert_to_tensor(STATES), ops.convert_to_tensor([[1, 3], [0, 0]])))
    np.testing.assert_array_equal(taken, np.stack([STATES[0, [1, 3]], STATES[1, [0, 0]]]))
