"""The layer against a reference in plain Python, and what must never change its answer."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from models.networks.wide.ngrams import HashedNgrams
from models.text.ngrams import CHECKS, FACTORS, MODULUS, ngram_hashes, row_and_check

ROWS = 64
TEXTS = [[2, 3, 4, 2, 3], [], [7], [8, 2, 9], [9, 2, 8], [5] * 9]
Floats = npt.NDArray[np.float32]


def make(columns: int, classes: int, known: list[list[int]]) -> HashedNgrams:
    """A layer with weights drawn large; of n-grams that share a row it knows one."""
    layer = HashedNgrams(ROWS, columns, classes)
    layer.build((None, None), (None,))
    generator = np.random.default_rng(0)
    layer.table.assign(generator.normal(size=(ROWS, columns)))
    layer.bias.assign(generator.normal(size=columns))
    checks = generator.integers(0, CHECKS, ROWS)
    row, check = row_and_check(ngram_hashes([np.array(text, np.int32) for text in known])[1], ROWS)
    checks[row] = check
    layer.checks.assign(checks)
    return layer


def run(layer: HashedNgrams, texts: list[list[int]], time: int | None = None, padding: int = 0) -> Floats:
    ids = np.full((len(texts), time or max(1, *map(len, texts))), padding, np.int32)
    for row, text in zip(ids, texts, strict=True):
        row[: len(text)] = text
    return np.asarray(layer(ids, np.array([len(text) for text in texts], np.int32)))


def sums(layer: HashedNgrams, text: list[int]) -> Floats:
    """Looks up each distinct n-gram, one after the other."""
    table, checks = np.asarray(layer.table), np.asarray(layer.checks)
    total = np.asarray(layer.bias).astype(np.float64)
    triples = zip(text, text[1:], text[2:], strict=False)
    for ngram in {*((token,) for token in text), *pairwise(text), *triples}:
        number = sum(f * token for f, token in zip(FACTORS, reversed(ngram), strict=False)) % MODULUS
        if checks[number % ROWS] == number // ROWS % CHECKS:
            total = total + table[number % ROWS]
    return total.astype(np.float32)


def test_sums_are_those_of_the_distinct_known_ngrams() -> None:
    generator = np.random.default_rng(1)
    texts = [*TEXTS, *(list(generator.integers(1, 30, 40)) for _ in range(8))]
    layer = make(3, 3, texts)
    expected = np.stack([sums(layer, text) for text in texts])
    np.testing.assert_allclose(run(layer, texts), expected, rtol=0, atol=1e-5)
    every = np.stack([sums(make(3, 3, [text]), text) for text in texts])
    assert (np.abs(expected - every).max(axis=1) > 0.1).any(), "some n-gram must be unknown"


def test_padding_order_and_company_never_change_an_answer() -> None:
    generator = np.random.default_rng(2)
    texts = [list(generator.integers(1, 12, length)) for length in (30, 0, 1, 22, 17)]
    layer = make(2, 2, texts)
    together = run(layer, texts)
    assert len({tuple(np.round(row, 3)) for row in together}) > 3
    np.testing.assert_allclose(run(layer, texts, time=64, padding=5), together, rtol=0, atol=1e-6)
    np.testing.assert_allclose(run(layer, texts[::-1])[::-1], together, rtol=0, atol=1e-6)
    alone = np.concatenate([run(layer, [text]) for text in texts])
    np.testing.assert_allclose(alone, together, rtol=0, atol=1e-6)


def test_a_text_without_tokens_has_the_bias() -> None:
    layer = make(3, 3, TEXTS)
    for time in (1, 6):
        np.testing.assert_array_equal(run(layer, [[]], time=time, padding=2)[0], np.asarray(layer.bias))


def test_a_word_said_often_counts_once() -> None:
    layer = make(1, 1, [[5, 5, 5]])
    often = run(layer, [[5] * 50])
    assert abs(often - np.asarray(layer.bias)).item() > 0.1
    np.testing.assert_array_equal(often, run(layer, [[5] * 3]))


def test_one_column_speaks_for_two_labels() -> None:
    layer = make(1, 2, TEXTS)
    logits = run(layer, TEXTS)
    np.testing.assert_array_equal(logits[:, 0], -logits[:, 1])
    expected = np.concatenate([sums(layer, text) for text in TEXTS])
    np.testing.assert_allclose(logits[:, 1] - logits[:, 0], expected, rtol=0, atol=1e-5)
