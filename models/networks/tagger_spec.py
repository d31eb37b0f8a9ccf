"""What a tagging network is, in plain values: enough to build it again."""

from dataclasses import dataclass

from models.networks.spec import NetworkSpec


@dataclass(frozen=True, slots=True)
class TaggerSpec(NetworkSpec):
    """Sizes and parts of a network that gives every token a tag. ``classes`` counts the tags.

    Attributes:
        types: entity types; there are 4 * types + 1 tags.
        intents: labels of the whole text; 0 gives none.
        crf: learn which tag follows which; without it every tag is chosen alone.
        characters: what reads the characters of a token: "cnn", "lstm" or nothing.
        character_vocabulary: number of character ids, padding and other included.
        character_length: characters read of a token.
        character_size: numbers in a character's vector.
        character_units: filters, or numbers in the state of each direction.
        capitalisation: tell the network how each token is capitalised.
    """

    types: int = 1
    intents: int = 0
    crf: bool = True
    characters: str | None = None
    character_vocabulary: int = 0
    character_length: int = 0
    character_size: int = 25
    character_units: int = 50
    capitalisation: bool = False

    @property
    def reads_characters(self) -> bool:
        """Whether the network has the input ``characters``."""
        return self.characters is not None or self.capitalisation

    @property
    def width(self) -> int:
        """Characters of a token in the input ``characters``."""
        return self.character_length if self.characters is not None else 0

    @property
    def of_intents(self) -> NetworkSpec:
        """What a wide side is built from, which knows the intents alone."""
        return NetworkSpec(self.vocabulary_size, self.intents, wide=self.wide, wide_rows=self.wide_rows)
