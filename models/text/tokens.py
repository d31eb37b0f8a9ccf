"""Texts as the rows of tokens that a tagging network reads."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.text.characters import CharacterEncoder
from models.text.plain import Encoded, PlainText, Span, make_valid
from models.text.spec import OTHER_ID, TextRule
from models.text.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class EncodedTokens(Encoded):
    """The tokens of one text, with their places.

    Attributes:
        text: as it was sent.
        forms: the kept tokens as the rule writes them.
        spans: where each stands in the text: code points, end exclusive.
        characters: its case and characters, int32 [tokens, 1 + width]; None where the network reads none.
    """

    text: str
    forms: tuple[str, ...]
    spans: tuple[Span, ...]
    characters: npt.NDArray[np.int32] | None


class TokenEncoder:
    """Turns texts into tokens by a rule and two vocabularies. Thread-safe.

    Args:
        rule: the text rule.
        vocabulary: the known tokens.
        characters: the known characters; None where the network reads none.
        width: characters read of a token.

    Raises:
        ConfigError: as ``PlainText``.
    """

    def __init__(
        self, rule: TextRule, vocabulary: Vocabulary, characters: Vocabulary | None = None, width: int = 0
    ) -> None:
        self.text = PlainText(rule)
        self.vocabulary = vocabulary
        self.characters = characters
        self.width = width
        self._characters = CharacterEncoder(self.text, characters, width) if characters else None

    def encode(self, text: str) -> EncodedTokens:
        """The tokens of ``text``, which may be any string, lone surrogates included."""
        tokens = self.text.tokenize(text)
        find = self.vocabulary.ids.get
        ids = tuple([find(token, OTHER_ID) for token in tokens.tokens])
        places = zip(ids, tokens.spans, strict=True)
        unknown = [make_valid(text[start:end]) for token_id, (start, end) in places if token_id == OTHER_ID]
        characters = None
        if self._characters is not None:
            characters = np.array(self._characters.encode(text), np.int32).reshape(-1, 1 + self.width)
        return EncodedTokens(
            ids,
            tokens.total,
            tuple(dict.fromkeys(unknown)),
            text,
            tokens.tokens,
            tokens.spans,
            characters,
        )
