"""What a network is, in plain values: enough to build it again."""

from dataclasses import dataclass
from typing import Literal

Head = Literal["softmax", "sigmoid"]


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """Sizes and parts of a many-to-one network. Part names are those of the registry.

    Attributes:
        vocabulary_size: number of ids, padding and other included.
        classes: number of labels.
        head: "softmax" (one label a text) or "sigmoid" (any number of labels).
        embedding_dropout: share of embedding channels dropped for a whole text (spatial dropout).
        layer_dropout: share of channels between recurrent layers dropped for a whole text.
        dropout: share of pooled features dropped before the head.
        output_units: numbers in the output layer of a "jordan" cell, None for ``units``.
        output_activation: of that layer.
        periods: of the groups of a "clockwork" cell.
        context_units: numbers in the context of a "scrn" cell; ``alpha`` is the share of it that stays.
        window: words that a "feedforward" cell sees, the last one included.
        wide: side that reads the text beside the recurrent one ("ngrams"), or None.
        wide_rows: rows of its table.
    """

    vocabulary_size: int
    classes: int
    head: Head = "softmax"
    input: str = "embedding"
    embedding_size: int = 128
    cell: str = "lstm"
    units: int = 64
    layers: int = 1
    bidirectional: bool = True
    output_units: int | None = None
    output_activation: str = "tanh"
    periods: tuple[int, ...] = (1, 2, 4, 8)
    context_units: int = 32
    alpha: float = 0.95
    window: int = 3
    pooling: str = "max+mean"
    embedding_dropout: float = 0.2
    layer_dropout: float = 0.0
    dropout: float = 0.3
    wide: str | None = None
    wide_rows: int = 0
