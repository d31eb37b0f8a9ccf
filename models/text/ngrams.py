"""N-grams of one to three tokens as numbers: the rule that NumPy, Keras and ONNX follow alike.

The tokens x, y, z in reading order become (A z + B y + C x) mod p, with p = 2**31 - 1. A shorter n-gram has
the padding id 0 in front of its tokens; so has one at the beginning of a text, where it equals a shorter one.
Each counts once a text. In 64 bits nothing overflows as long as an id is below 2**30.

Reference: Carter and Wegman, Universal classes of hash functions, 1979.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

MODULUS = 2**31 - 1
"""Above every hash: stands where there is no n-gram."""
FACTORS = (1_103_515_245, 742_938_285, 1_583_458_089)
"""Of the last token of an n-gram, the one before it, and the one before that."""
CHECKS = 256
"""How many values the check of an n-gram has."""

Hashes = npt.NDArray[np.int64]


def ngram_hashes(
    texts: Sequence[npt.NDArray[np.int32]], *, without: int | None = None
) -> tuple[Hashes, Hashes]:
    """The distinct hashes of each text.

    Args:
        texts: the token ids of each, int32 [tokens].
        without: a token whose n-grams are left out.

    Returns:
        For each pair of a text and a hash in it the text's index and the hash, sorted by both.
    """
    lengths = np.array([len(text) for text in texts], np.int64)
    last = np.concatenate([np.zeros(0, np.int64), *texts]).astype(np.int64)
    rows = np.repeat(np.arange(len(texts)), lengths)
    place = np.arange(len(last)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    total, wanted = np.zeros_like(last), np.ones(len(last), bool)
    found = []
    for back, factor in enumerate(FACTORS):
        token = np.where(place >= back, np.roll(last, back), 0)
        total, wanted = total + factor * token, wanted & (token != without)
        found.append((rows * 2**31 + total % MODULUS)[wanted])
    pairs = np.unique(np.concatenate(found))
    return pairs // 2**31, pairs % 2**31


def row_and_check(hashes: Hashes, rows: int) -> tuple[Hashes, Hashes]:
    """Where in a table of ``rows`` rows an n-gram stands, and what tells it from others that belong there.

    Returns:
        The row, and the check from 0 to 255, each of the shape of ``hashes``.
    """
    return hashes % rows, hashes // rows % CHECKS
