import numpy as np

from models.text.spec import OTHER_ID, PADDING_ID
from training.batching import Batch, Batches
from training.word_dropout import hide_words


def batches() -> list[Batch]:
    random = np.random.default_rng(0)
    rows = [random.integers(2, 50, length).astype(np.int32) for length in random.integers(0, 40, 300)]
    return list(Batches(rows, batch_size=32).epoch(1, 1))


def test_about_the_share_of_the_tokens_is_hidden_and_nothing_else_changes() -> None:
    hidden = tokens = 0
    for before, after in zip(batches(), hide_words(batches(), 0.2, 1, 1), strict=True):
        changed = before.ids != after.ids
        assert (after.ids[changed] == OTHER_ID).all()
        assert not changed[before.ids == PADDING_ID].any()
        np.testing.assert_array_equal(before.lengths, after.lengths)
        np.testing.assert_array_equal(before.rows, after.rows)
        hidden, tokens = hidden + changed.sum(), tokens + before.lengths.sum()
    assert 0.17 < hidden / tokens < 0.23


def test_what_is_hidden_depends_on_seed_and_epoch_alone() -> None:
    def ids(seed: int, epoch: int) -> np.ndarray:
        return np.concatenate([batch.ids.ravel() for batch in hide_words(batches(), 0.3, seed, epoch)])

    np.testing.assert_array_equal(ids(1, 1), ids(1, 1))
    assert not np.array_equal(ids(1, 1), ids(1, 2))
    assert not np.array_equal(ids(1, 1), ids(2, 1))
