"""The tokens a model knows; the index of a token is its id."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from models.errors import ArtifactError
from models.text.spec import OTHER_ID, OTHER_TOKEN, PADDING_TOKEN

SPECIAL = (PADDING_TOKEN, OTHER_TOKEN)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Tokens by id: 0 is padding, 1 any other token.

    Attributes:
        tokens: all tokens, ``tokens[id]``.
        ids: id of each known token; the two special ones are not in it, so no text can ever reach id 0.

    Raises:
        ArtifactError: the first two tokens are not the special ones, or a token stands there twice.
    """

    tokens: tuple[str, ...]
    ids: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.tokens[:2] != SPECIAL:
            raise ArtifactError(
                f"A vocabulary starts with {list(SPECIAL)}, not with {list(self.tokens[:2])}."
            )
        twice = [token for token, count in Counter(self.tokens).items() if count > 1]
        if twice:
            raise ArtifactError(f"A vocabulary holds each token once, but this one holds {twice[0]!r} again.")
        ids = {token: token_id for token_id, token in enumerate(self.tokens) if token_id > OTHER_ID}
        object.__setattr__(self, "ids", ids)

    def __len__(self) -> int:
        return len(self.tokens)

    def id_of(self, token: str) -> int:
        """The id of ``token``; 1 where it is not known."""
        return self.ids.get(token, OTHER_ID)

    @classmethod
    def fit(cls, texts: Iterable[Iterable[str]], size: int, min_count: int = 1) -> "Vocabulary":
        """The most frequent tokens of ``texts``, ties in the order of their code points.

        Args:
            texts: the tokens of each text.
            size: most entries, the two special ones included.
            min_count: a rarer token is left out.
        """
        return cls(SPECIAL).extended(texts, size, min_count)

    def extended(self, texts: Iterable[Iterable[str]], size: int, min_count: int = 1) -> "Vocabulary":
        """These tokens, with the ids they have, and after them the most frequent others of ``texts``.

        Args:
            texts: the tokens of each text.
            size: most entries in all; where there are as many already, none is added.
            min_count: a token that is rarer in ``texts`` is left out.
        """
        counts = Counter(chain.from_iterable(texts))
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        more = [
            token
            for token, count in ranked
            if count >= min_count and token not in self.ids and token not in SPECIAL
        ]
        return Vocabulary(self.tokens + tuple(more[: max(size - len(self), 0)]))

    def to_json(self) -> str:
        """The content of ``vocabulary.json``: an array, index = id."""
        return json.dumps(self.tokens, ensure_ascii=False, indent=0) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Vocabulary":
        """Reads ``vocabulary.json``.

        Raises:
            ArtifactError: it is not an array of distinct strings that starts with the two special tokens.
        """
        try:
            tokens = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ArtifactError(f"The vocabulary is not JSON: {error}.") from error
        if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
            raise ArtifactError("A vocabulary is a JSON array of strings, but this one holds something else.")
        return cls(tuple(tokens))
