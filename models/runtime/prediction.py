"""What a model answers to one text."""

from dataclasses import dataclass

from models.runtime.decoding import Answer


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model answers to one text.

    ``tokens`` counts the text before truncation; ``unknown_tokens`` are the read tokens that training did not
    know.
    """

    answer: Answer
    tokens: int
    unknown_tokens: tuple[str, ...]
    truncated: bool
