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
    pooling: str = "max+mean"
    embedding_dropout: float = 0.2
    layer_dropout: float = 0.0
    dropout: float = 0.3
    wide: str | None = None
    wide_rows: int = 0
