"""Tagged texts as numbers: for each token its id, its tag, and what the network reads of its characters."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.text.characters import fit_characters
from models.text.plain import PlainText
from models.text.plain import Span as Place
from models.text.spec import OTHER_ID, TextRule
from models.text.tags import Span, tag_indices, tags_of
from models.text.tokens import EncodedTokens, TokenEncoder
from models.text.vocabulary import Vocabulary
from training.config import Config
from training.data.tagged import TaggedRows
from training.data.tagged_dataset import TaggedDataset
from training.vectors.unlabelled import UnlabelledTokens
from training.vocabulary import fit_vocabulary

ID, TAG, FIRST_CHARACTER = 0, 1, 2
"""Columns of a token's numbers."""
CHARACTERS = 5_000


@dataclass(frozen=True, slots=True)
class TaggedPart:
    """One part of the data as the network reads it.

    Attributes:
        rows: of each text int32 [tokens, 2 + n]: id, tag (0 where the type is not known), then case and
            characters where the network reads them.
        places: of each text, where its tokens stand.
        gold: the entities of each text; their ends are those of the tokens at them.
        lengths: tokens of each text before truncation, [texts].
        intents: index of each text's intent, -1 where train lacks it, int32 [texts].
    """

    rows: tuple[npt.NDArray[np.int32], ...]
    places: tuple[tuple[Place, ...], ...]
    gold: tuple[tuple[Span, ...], ...]
    lengths: npt.NDArray[np.int64]
    intents: npt.NDArray[np.int32]

    @property
    def unknown(self) -> npt.NDArray[np.float64]:
        """Share of each text's read tokens that the vocabulary lacks; 0 for a text without tokens."""
        return np.array([float((row[:, ID] == OTHER_ID).mean()) if len(row) else 0.0 for row in self.rows])


@dataclass(frozen=True, slots=True)
class TaggedTexts:
    """The rule's outcome: what the network knows, and every part in its numbers."""

    encoder: TokenEncoder
    characters: Vocabulary | None
    parts: dict[str, TaggedPart]

    @property
    def train_ids(self) -> list[npt.NDArray[np.int32]]:
        """Token ids of each training text."""
        return [row[:, ID] for row in self.parts["train"].rows]


def encode_tagged(
    dataset: TaggedDataset,
    config: Config,
    rule: TextRule,
    unlabelled: UnlabelledTokens,
    known: TokenEncoder | None = None,
) -> TaggedTexts:
    """Fits the vocabularies on train where none are given, and looks everything up.

    Args:
        known: the encoder of a network to go on from.
    """
    characters = None
    if known is None:
        plain, texts = PlainText(rule), dataset.parts["train"].texts
        tokens = [[sys.intern(token) for token in plain.tokenize(text).tokens] for text in texts]
        vocabulary = fit_vocabulary(tokens, config.text, rule, unlabelled)
        if config.model.characters is not None or config.model.capitalisation:
            characters = fit_characters(plain, texts, CHARACTERS)
        width = config.model.character_length if config.model.characters is not None else 0
        known = TokenEncoder(rule, vocabulary, characters, width)
    parts = {name: _part(rows, dataset, known) for name, rows in dataset.parts.items()}
    return TaggedTexts(known, known.characters, parts)


def gold_spans(entities: Sequence[Span], places: Sequence[Place]) -> tuple[tuple[Span, ...], list[Span]]:
    """Entities as they can be answered, and by token.

    Args:
        entities: by code points.
        places: of the tokens that are read.

    Returns:
        The entities with their ends moved to those of their tokens (white space and the like belongs to
        none); one that no row of tokens makes up stays as it is, and is missed. And those that can be
        answered, by token.
    """
    gold, by_token = [], []
    taken = 0
    for span in sorted(entities):
        inside = [n for n, (start, end) in enumerate(places) if start < span.end and end > span.start]
        if inside and inside[0] >= taken:
            first, last = places[inside[0]][0], places[inside[-1]][1]
            if first >= span.start and last <= span.end:
                gold.append(Span(first, last, span.entity))
                by_token.append(Span(inside[0], inside[-1] + 1, span.entity))
                taken = inside[-1] + 1
                continue
        gold.append(span)
    return tuple(gold), by_token


def _part(rows: TaggedRows, dataset: TaggedDataset, encoder: TokenEncoder) -> TaggedPart:
    index = {intent: number for number, intent in enumerate(dataset.intents)}
    encoded = [encoder.encode(text) for text in rows.texts]
    aligned = [gold_spans(entities, row.spans) for entities, row in zip(rows.entities, encoded, strict=True)]
    known = set(dataset.entities)
    return TaggedPart(
        rows=tuple(
            _numbers(row, [span for span in spans if span.entity in known], dataset.entities)
            for row, (_, spans) in zip(encoded, aligned, strict=True)
        ),
        places=tuple(row.spans for row in encoded),
        gold=tuple(gold for gold, _ in aligned),
        lengths=np.array([row.tokens for row in encoded], np.int64),
        intents=np.array([index.get(intent, -1) for intent in rows.intents], np.int32),
    )


def _numbers(row: EncodedTokens, spans: Sequence[Span], entities: Sequence[str]) -> npt.NDArray[np.int32]:
    tags = tag_indices(tags_of(spans, len(row.ids)), entities)
    columns = np.array([row.ids, tags], np.int32).T.reshape(-1, 2)
    return columns if row.characters is None else np.concatenate([columns, row.characters], axis=1)
