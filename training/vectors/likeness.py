"""Which words are like which, by their vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.errors import InputError
from models.text.vocabulary import Vocabulary

# a is to b as c is to the answer; those are shown whose words are all known.
ANALOGIES = (
    ("man", "woman", "boy"),
    ("he", "she", "his"),
    ("good", "better", "bad"),
    ("is", "was", "are"),
    ("actor", "actress", "hero"),
    ("男", "女", "父"),
    ("大", "小", "多"),
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Words compared by the cosine of their vectors.

    Args:
        vocabulary: the known words.
        table: their vectors [ids, size]; a row of zeros is like nothing.
    """

    vocabulary: Vocabulary
    table: npt.NDArray[np.float32]

    def neighbours(self, word: str, count: int = 5) -> list[tuple[str, float]]:
        """The words most like ``word``, with their cosines.

        Raises:
            InputError: it has no vector.
        """
        return self._nearest(self._unit[self._id(word)], count, {word})

    def analogy(self, a: str, b: str, c: str, count: int = 3) -> list[tuple[str, float]]:
        """What is to ``c`` as ``b`` is to ``a``, best first.

        Reference: Mikolov et al., Linguistic regularities in continuous space word representations, 2013,
        section 4 (3CosAdd).

        Raises:
            InputError: one of them has no vector.
        """
        unit = self._unit
        wanted = unit[self._id(b)] - unit[self._id(a)] + unit[self._id(c)]
        return self._nearest(wanted, count, {a, b, c})

    def knows(self, words: Sequence[str]) -> bool:
        """Whether every word has a vector."""
        return all(
            word in self.vocabulary.ids and self.table[self.vocabulary.ids[word]].any() for word in words
        )

    @property
    def _unit(self) -> npt.NDArray[np.float32]:
        length = np.linalg.norm(self.table, axis=1, keepdims=True)
        return np.divide(self.table, length, out=np.zeros_like(self.table), where=length > 0)

    def _id(self, word: str) -> int:
        if not self.knows([word]):
            raise InputError(f"The word {word!r} has no vector; use a word of the training texts.")
        return self.vocabulary.ids[word]

    def _nearest(
        self, vector: npt.NDArray[np.float32], count: int, without: set[str]
    ) -> list[tuple[str, float]]:
        cosine = self._unit @ (vector / max(float(np.linalg.norm(vector)), 1e-12))
        cosine[~self.table.any(axis=1)] = -np.inf
        best = [int(place) for place in np.argsort(-cosine)[: count + len(without)]]
        words = [(self.vocabulary.tokens[place], float(cosine[place])) for place in best]
        return [(word, value) for word, value in words if word not in without and np.isfinite(value)][:count]
