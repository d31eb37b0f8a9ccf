from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.runtime.artifact import open_artifact
from models.text.case import CASE_TOKENS
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


def test_a_run_hides_words_and_never_how_they_are_capitalised(
    engram: Callable[..., Any], config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[np.ndarray, np.ndarray]] = []

    def spied(batches: Any, *values: Any) -> Iterator[Batch]:
        given = list(batches)
        for before, after in zip(given, hide_words(given, *values), strict=True):
            seen.append((before.ids, after.ids))
            yield after

    monkeypatch.setattr("training.fit.hide_words", spied)
    texts = config_file.parent / "rows.csv"
    texts.write_text(texts.read_text().replace("row", "Row"))
    values = ("model.capitalisation=true", "training.word_dropout=0.9", "training.epochs=1")
    done = engram("train", config_file, *(word for value in values for word in ("--set", value)))
    assert done.code == 0, done.err
    vocabulary = open_artifact(Path(done.out.strip())).vocabulary
    assert tuple(map(vocabulary.tokens.index, CASE_TOKENS)) == (2, 3, 4)
    tells_case, words, hidden = 0, 0, 0
    for before, after in seen:
        case = np.isin(before, (2, 3, 4))
        np.testing.assert_array_equal(after[case], before[case])
        tells_case += case.sum()
        words += (before > 4).sum()
        hidden += ((before > 4) & (after == OTHER_ID)).sum()
    assert tells_case >= 40
    assert 0.85 < hidden / words < 0.95
