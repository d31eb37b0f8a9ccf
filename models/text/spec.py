"""What a text rule is: the few values that decide how a string becomes tokens."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["word", "character"]
Truncation = Literal["head", "tail", "head+tail"]
Segmenter = Literal["jieba"]
Ids = Literal["token", "token+case", "letter-trigram"]

PADDING_ID = 0
OTHER_ID = 1
PADDING_TOKEN = "[PAD]"
OTHER_TOKEN = "[OTHER]"


@dataclass(frozen=True, slots=True)
class TextRule:
    """How a string becomes a sequence of tokens.

    Attributes:
        unit: "word" (runs of letters and digits, marks, single Han characters) or "character".
        lowercase: fold letters to lower case.
        max_length: most tokens kept, at least 1.
        truncate: which tokens of a longer text are kept. "head+tail" keeps the first third
            (``max_length // 3``) and fills the rest from the end.
        segmenter: a word segmenter applied before the rule, for text written without spaces. With one, the
            graph expects tokens joined by spaces and Han characters join like letters.
        ids: what the ids of a text stand for: "token" has one a token, from the vocabulary; "token+case"
            another before it where the token holds a capital, see ``models.text.case``; "letter-trigram" one
            a letter of each token, by the rule of ``models.text.letters``.
    """

    unit: Unit = "word"
    lowercase: bool = True
    max_length: int = 400
    truncate: Truncation = "head+tail"
    segmenter: Segmenter | None = None
    ids: Ids = "token"

    @property
    def head_length(self) -> int:
        """Number of leading tokens kept when a text is longer than ``max_length``."""
        if self.truncate == "head":
            return self.max_length
        return 0 if self.truncate == "tail" else self.max_length // 3

    @property
    def tail_length(self) -> int:
        """Number of final tokens kept when a text is longer than ``max_length``."""
        return self.max_length - self.head_length
