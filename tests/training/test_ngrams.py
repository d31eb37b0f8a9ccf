import numpy as np
import pytest

from models.text.ngrams import ngram_hashes, row_and_check
from training import ngrams
from training.ngrams import choose_ngrams


def texts(*rows: list[int]) -> list[np.ndarray]:
    return [np.array(row, np.int32) for row in rows]


def hashes(row: list[int]) -> set[int]:
    return set(ngram_hashes(texts(row))[1].tolist())


def test_ngrams_of_two_texts_are_known_and_rare_ones_are_not() -> None:
    known = choose_ngrams(texts([2, 3, 4], [2, 3, 5], [6, 6, 6]), 1)
    assert set(known.hashes.tolist()) == hashes([2, 3])
    assert known.found == 3


def test_ngrams_of_one_text_are_known_where_no_other_stands() -> None:
    assert set(choose_ngrams(texts([2, 3], [4]), 1).hashes.tolist()) == hashes([2, 3]) | hashes([4])


def test_a_token_the_vocabulary_lacks_is_no_part_of_an_ngram() -> None:
    known = choose_ngrams(texts([2, 1, 3], [2, 1, 3]), 1)
    assert set(known.hashes.tolist()) == hashes([2]) | hashes([3])


def test_no_two_share_a_row_and_the_more_frequent_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ngrams, "LARGEST_TABLE", 8)
    rows = [[*range(2, 2 + n)] for n in range(2, 30)]
    known = choose_ngrams(texts(*rows), 1)
    assert known.rows == 8
    places, _ = row_and_check(known.hashes, 8)
    assert len(set(places.tolist())) == len(places) == 8
    _, found = ngram_hashes(texts(*rows))
    count = {each: int((found == each).sum()) for each in set(found.tolist())}
    for each in known.hashes.tolist():
        assert count[each] == max(n for other, n in count.items() if other % 8 == each % 8)


@pytest.mark.parametrize(("columns", "rows"), [(1, 2**20), (4, 2**20), (5, 2**19), (150, 2**14)])
def test_a_table_is_never_larger_than_allowed(columns: int, rows: int) -> None:
    assert ngrams._table_rows(10**7, columns) == rows
    assert ngrams._table_rows(1000, columns) == 2048


def test_matrix_has_a_one_for_each_known_ngram_of_a_text() -> None:
    known = choose_ngrams(texts([2, 3], [2, 3], [4], [4]), 1)
    matrix = known.matrix(texts([2, 3, 2, 3], [9], [], [4, 2])).toarray()
    assert matrix.sum(axis=1).tolist() == [3, 0, 0, 2]
    assert set(matrix.ravel().tolist()) == {0.0, 1.0}


def test_table_and_checks_hold_an_ngram_where_the_layer_looks() -> None:
    known = choose_ngrams(texts([2, 3], [2, 3]), 1)
    weights = np.arange(1, 1 + len(known.hashes), dtype=np.float32)[:, None]
    table, checks = known.table(weights), known.checks()
    row, check = row_and_check(known.hashes, known.rows)
    assert table[row].tolist() == weights.tolist()
    assert checks[row].tolist() == check.tolist()
    assert np.count_nonzero(table) == len(known.hashes)
