"""Texts that are almost the same and have different labels: pairs by the runs of words they share.

Reference: Broder, On the resemblance and containment of documents, 1997 (Jaccard of shingles); Bayardo, Ma
and Srikant, Scaling up all pairs similarity search, 2007 (a pair is worth comparing only if it shares one of
its rarest shingles). Nothing is drawn at random, so equal data gives equal pairs.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

LEAST_SHARED = 0.8
"""Jaccard similarity from which two texts are near-copies."""
RUN = 3
"""Words a shingle; a Han character is a word of its own."""
MOST_WORDS = 200
"""Of a text; what follows is not compared."""

# Bounds of the cost where many texts are made from one template.
_NEXT, _MOST_PAIRS, _AT_ONCE = 50, 1_000_000, 50_000
_WORD = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[^\W\u3400-\u4dbf\u4e00-\u9fff]+")

Ints = npt.NDArray[np.int64]


def near_copies(texts: Sequence[str], labels: Sequence[str]) -> list[tuple[int, int, float]]:
    """Pairs of texts with different labels that share ``LEAST_SHARED`` of their shingles, most alike first.

    Every such pair is found, unless more than ``_NEXT`` texts share a rare shingle: then each is compared
    with as many of them only, those of other labels among them; about ``_MOST_PAIRS`` are compared at most.

    Args:
        texts: that differ; those of less than ``RUN`` words have no near-copy.
        labels: theirs.

    Returns:
        Two places of ``texts``, the smaller first, and the Jaccard similarity of their shingles.
    """
    shingles, rows = _shingles(texts)
    if not len(shingles):
        return []
    names = np.unique(np.array(labels, object), return_inverse=True)[1].astype(np.int64)
    has = csr_matrix((np.ones(len(rows), np.int32), (rows, shingles)), shape=(len(texts), shingles.max() + 1))
    has.sum_duplicates()
    has.data[:] = 1
    sizes = np.diff(has.indptr).astype(np.int64)
    first, second = _candidates(has, sizes, names)
    alike = np.zeros(len(first))
    for begin in range(0, len(first), _AT_ONCE):
        one, other = first[begin : begin + _AT_ONCE], second[begin : begin + _AT_ONCE]
        shared = np.asarray(has[one].multiply(has[other]).sum(axis=1)).ravel()
        alike[begin : begin + _AT_ONCE] = shared / (sizes[one] + sizes[other] - shared)
    found = np.flatnonzero(alike >= LEAST_SHARED)
    pairs = zip(first[found].tolist(), second[found].tolist(), alike[found].tolist(), strict=True)
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))


def _shingles(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """Number of each shingle, repeated ones too, and the row it stands in."""
    numbers: dict[str, int] = {}
    words: list[int] = []
    ends = []
    for text in texts:
        words.extend(numbers.setdefault(word, len(numbers)) for word in _words(text))
        ends.append(len(words))
    rows = np.repeat(np.arange(len(texts)), np.diff([0, *ends]))
    if len(words) < RUN:
        return rows[:0], rows[:0]
    ids = np.array(words, np.uint64)
    # Up to 2.6 million different words no two runs of three have one code.
    codes = np.zeros(len(ids) - RUN + 1, np.uint64)
    for place in range(RUN):
        codes = codes * np.uint64(len(numbers)) + ids[place : place + len(codes)]
    within = rows[: len(codes)] == rows[RUN - 1 :]
    return np.unique(codes[within], return_inverse=True)[1].astype(np.int64), rows[: len(codes)][within]


def _words(text: str) -> Iterator[str]:
    return (match.group() for match in islice(_WORD.finditer(text.casefold()), MOST_WORDS))


def _candidates(has: csr_matrix, sizes: Ints, names: Ints) -> tuple[Ints, Ints]:
    """Pairs of rows with different labels and about as many shingles that share one of their rarest."""
    rows = np.repeat(np.arange(len(sizes)), sizes)
    spread = np.bincount(has.indices, minlength=has.shape[1])[has.indices]
    order = np.lexsort((has.indices, spread, rows))  # within each row the rarest first
    place = np.arange(len(rows)) - np.repeat(has.indptr[:-1], sizes)
    # Two rows that share nothing among these share less than is asked for.
    rarest = sizes - np.ceil(LEAST_SHARED * sizes - 1e-9).astype(np.int64) + 1
    kept = order[(place < rarest[rows]) & (spread[order] > 1)]
    shingles, rows = has.indices[kept], rows[kept]
    # Labels take turns, so that the next rows of a long list are not all of one label.
    order = np.lexsort((_turn(names)[rows], shingles))
    shingles, rows = shingles[order], rows[order]
    found: Ints = np.zeros(0, np.int64)
    for step in range(1, _NEXT + 1):
        one, other = rows[:-step], rows[step:]
        small, large = np.minimum(sizes[one], sizes[other]), np.maximum(sizes[one], sizes[other])
        good = (shingles[:-step] == shingles[step:]) & (names[one] != names[other])
        good &= small >= LEAST_SHARED * large - 1e-9
        one, other = one[good], other[good]
        found = np.union1d(found, np.minimum(one, other) * len(sizes) + np.maximum(one, other))
        if len(found) >= _MOST_PAIRS:
            break
    return found // len(sizes), found % len(sizes)


def _turn(names: Ints) -> Ints:
    """The place of each row where the first rows of every label come first, then the second ones."""
    order = np.argsort(names, kind="stable")
    counts = np.bincount(names)
    nth = np.empty(len(names), np.int64)
    nth[order] = np.arange(len(names)) - np.repeat(np.cumsum(counts) - counts, counts)
    turn = np.empty(len(names), np.int64)
    turn[np.lexsort((names, nth))] = np.arange(len(names))
    return turn
