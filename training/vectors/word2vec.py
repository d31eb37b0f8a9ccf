"""Word vectors, fitted by gensim on the token ids a network reads."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from models.errors import DataError
from models.text.spec import PADDING_ID

Method = Literal["skip-gram", "cbow"]
Ids = npt.NDArray[np.int32]
Table = npt.NDArray[np.float32]

# Several write into one table as they come, so no two fits are alike. Part of the facts: a table that several
# have fitted is not taken from the cache.
_WORKERS = 1


@dataclass(frozen=True, slots=True)
class Word2Vec:
    """Skip-gram or CBOW with negative sampling.

    Skip-gram predicts the words around a word from it, CBOW a word from the mean of those around it.

    Reference: Mikolov et al., Efficient estimation of word representations in vector space, 2013, section 3;
    Mikolov et al., Distributed representations of words and phrases and their compositionality,
    2013, sections 2.2 (negative samples) and 2.3 (frequent words read less often).

    Attributes:
        size: numbers in a vector.
        window: most words between two that predict one another.
        negatives: words drawn by chance for each pair.
        epochs: times each text is read.
        seed: start of the vectors and of the draws; the same seed and texts give the same vectors.
        method: "skip-gram" or "cbow".
    """

    size: int
    seed: int
    window: int = 6
    negatives: int = 5
    epochs: int = 4
    method: Method = "skip-gram"

    @property
    def facts(self) -> dict[str, Any]:
        """What decides the vectors, apart from the texts: for a fingerprint."""
        return {"gensim": version("gensim"), "workers": _WORKERS, **asdict(self)}

    def fit(self, texts: Sequence[Ids], rows: int) -> Table:
        """Fits the vectors.

        Args:
            texts: the token ids of each text, int32 [tokens].
            rows: of the table: one more than the largest id there can be.

        Returns:
            float32 [rows, size]; rows of ids that no text holds are 0.

        Raises:
            DataError: there is no token in any text.
        """
        from gensim.models import Word2Vec as Gensim  # type: ignore[import-untyped]

        counts = sum((np.bincount(ids, minlength=rows) for ids in texts), np.zeros(rows, np.int64))
        counts[PADDING_ID] = 0
        known = np.flatnonzero(counts)
        if not len(known):
            raise DataError("Word vectors cannot be fitted: the texts hold no token.")
        names = [str(token_id) for token_id in range(rows)]
        model = Gensim(
            sg=int(self.method == "skip-gram"),
            vector_size=self.size,
            window=self.window,
            negative=self.negatives,
            seed=self.seed,
            min_count=1,
            workers=_WORKERS,
        )
        with _quiet():
            model.build_vocab_from_freq({names[i]: int(counts[i]) for i in known}, corpus_count=len(texts))
            total = int(counts.sum())
            model.train(
                _Sentences(texts, names), total_examples=len(texts), total_words=total, epochs=self.epochs
            )
        table = np.zeros((rows, self.size), np.float32)
        table[known] = model.wv[[names[i] for i in known]]
        return table


class _Sentences:
    """Texts as gensim reads them, lists of names, made as they are asked for: once an epoch."""

    def __init__(self, texts: Sequence[Ids], names: Sequence[str]) -> None:
        self._texts, self._names = texts, names

    def __iter__(self) -> Iterator[list[str]]:
        names = self._names
        for ids in self._texts:
            yield [names[i] for i in ids.tolist()]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps gensim's advice on batch sizes from a person who cannot follow it."""
    logger = logging.getLogger("gensim")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
