import numpy as np

from models.text.ngrams import FACTORS, MODULUS, ngram_hashes, row_and_check

A, B, C = FACTORS


def ids(*rows: list[int]) -> list[np.ndarray]:
    return [np.array(row, np.int32) for row in rows]


def test_hashes_are_those_of_all_one_to_three_tokens_in_a_row() -> None:
    rows, hashes = ngram_hashes(ids([5, 7, 5, 9]))
    expected = [
        *(A * z for z in (5, 7, 9)),
        *(A * z + B * y for y, z in ((5, 7), (7, 5), (5, 9))),
        *(A * z + B * y + C * x for x, y, z in ((5, 7, 5), (7, 5, 9))),
    ]
    assert hashes.tolist() == sorted(value % MODULUS for value in expected)
    assert set(rows) == {0}


def test_texts_do_not_touch_each_other() -> None:
    alone = [ngram_hashes(ids(row))[1].tolist() for row in ([2, 3], [], [3, 4, 5])]
    rows, hashes = ngram_hashes(ids([2, 3], [], [3, 4, 5]))
    assert [hashes[rows == row].tolist() for row in range(3)] == alone
    assert [len(each) for each in alone] == [3, 0, 6]


def test_order_counts() -> None:
    _, one = ngram_hashes(ids([2, 3]))
    _, other = ngram_hashes(ids([3, 2]))
    assert len(set(one) & set(other)) == 2


def test_a_left_out_token_takes_its_ngrams_with_it() -> None:
    _, hashes = ngram_hashes(ids([5, 1, 6, 7, 8]), without=1)
    parts = [ngram_hashes(ids(row))[1] for row in ([5], [6, 7, 8])]
    assert sorted(hashes) == sorted(np.concatenate(parts))


def test_no_texts_have_no_ngrams() -> None:
    for texts in ([], ids([]), ids([], [])):
        rows, hashes = ngram_hashes(texts)
        assert len(rows) == len(hashes) == 0


def test_the_largest_ids_do_not_overflow() -> None:
    largest = 2**30 - 1
    _, hashes = ngram_hashes(ids([largest, largest, largest]))
    expected = {sum(FACTORS[:n]) * largest % MODULUS for n in (1, 2, 3)}
    assert set(hashes.tolist()) == expected


def test_row_and_check_tell_ngrams_apart() -> None:
    hashes = np.array([3, 3 + 16, 3 + 16 * 256, 4])
    row, check = row_and_check(hashes, 16)
    assert row.tolist() == [3, 3, 3, 4]
    assert check.tolist() == [0, 1, 0, 0]
