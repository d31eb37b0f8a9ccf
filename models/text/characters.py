"""The characters of each token, in their own case, and its case."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from models.text.case import case_of
from models.text.plain import PlainText
from models.text.spec import OTHER_ID, PADDING_ID
from models.text.vocabulary import Vocabulary


class CharacterEncoder:
    """Turns tokens into numbers that do not depend on whether the vocabulary knows them. Thread-safe.

    Args:
        text: splits texts into tokens.
        vocabulary: the known characters.
        width: how many characters of a token are read, from its beginning; 0 reads its capitalisation only.
    """

    def __init__(self, text: PlainText, vocabulary: Vocabulary, width: int) -> None:
        self._text, self._vocabulary, self._width = text, vocabulary, width

    def encode(self, text: str) -> list[list[int]]:
        """For each token that the rule keeps its case, then the ids of its characters, padded with 0."""
        written = self._text.written(text, lowercase=False)
        lowered = self._text.written(text, lowercase=True)
        find, width = self._vocabulary.ids.get, self._width
        rows = []
        for own, low in zip(written, lowered, strict=True):
            row = [case_of(own, low), *[find(character, OTHER_ID) for character in own[:width]]]
            rows.append(row + [PADDING_ID] * (1 + width - len(row)))
        return rows


def fit_characters(text: PlainText, texts: Iterable[str], size: int, min_count: int = 1) -> Vocabulary:
    """The most frequent characters of the tokens of ``texts``, in their own case."""
    return Vocabulary.fit(_characters(text, texts), size, min_count)


def _characters(text: PlainText, texts: Iterable[str]) -> Iterator[Sequence[str]]:
    for each in texts:
        yield list(chain.from_iterable(text.written(each, lowercase=False)))
