"""Rows as token ids, and what a model should remember of its training texts."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import TAGGING, DataReference
from models.text.letters import is_unknown, trigram_ids, trigram_vocabulary
from models.text.plain import PlainText
from models.text.spec import OTHER_ID, Ids, TextRule
from models.text.vocabulary import Vocabulary
from training.config import Config, TextConfig
from training.data.dataset import Dataset
from training.data.rows import Rows
from training.vectors.unlabelled import UnlabelledTokens
from training.vocabulary import fit_vocabulary

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True, slots=True)
class EncodedTexts:
    """The texts of one part of the data.

    Attributes:
        ids: of each text, as the rule says: one a token, or several.
        lengths: tokens of each text, before truncation: [texts].
        read: tokens that are read of each: [texts].
        unknown: share of the read tokens that the vocabulary lacks, 0 for a text without tokens: [texts].
    """

    ids: tuple[npt.NDArray[np.int32], ...]
    lengths: npt.NDArray[np.int64]
    read: npt.NDArray[np.int64]
    unknown: npt.NDArray[np.float64]

    @property
    def unknown_rate(self) -> float:
        """Share of all read tokens that the vocabulary lacks; 0 where there is none."""
        return float((self.unknown * self.read).sum() / max(1, self.read.sum()))

    @property
    def truncated_rate(self) -> float:
        """Share of the texts that are not read to their end."""
        return float((self.lengths > self.read).mean())


def text_rule(config: Config) -> TextRule:
    """The frozen rule of a config."""
    text, ids = config.text, _ids_of(config)
    return TextRule(text.unit, text.lowercase, text.max_length, text.truncate, text.segmenter, ids)


def _ids_of(config: Config) -> Ids:
    if config.model.input.startswith("letter-trigram"):
        return "letter-trigram"
    # Taggers, which need an id a token, are told beside the ids.
    return "token+case" if config.model.capitalisation and config.task not in TAGGING else "token"


def encode_parts(
    dataset: Dataset,
    rule: TextRule,
    config: TextConfig,
    vocabulary: Vocabulary | None,
    unlabelled: UnlabelledTokens,
) -> tuple[Vocabulary, dict[str, EncodedTexts]]:
    """Splits every text once, fits the vocabulary where none is given, and looks up the ids.

    Raises:
        DataError: the vocabulary takes words of the unlabelled file, which cannot be used.
    """
    plain = PlainText(rule)
    split = {name: _split(plain, rows.texts) for name, rows in dataset.parts.items()}
    if rule.ids == "letter-trigram":
        return trigram_vocabulary(), {name: _by_letters(part) for name, part in split.items()}
    if vocabulary is None:
        vocabulary = fit_vocabulary(split["train"].tokens, config, rule, unlabelled)
    return vocabulary, {name: _by_tokens(part, vocabulary) for name, part in split.items()}


def _by_tokens(part: "_Split", vocabulary: Vocabulary) -> EncodedTexts:
    find = vocabulary.ids.get
    ids = [np.array([find(token, OTHER_ID) for token in tokens], dtype=np.int32) for tokens in part.tokens]
    return part.encoded(ids, [int((each == OTHER_ID).sum()) for each in ids])


def _by_letters(part: "_Split") -> EncodedTexts:
    words = [[trigram_ids(token) for token in tokens] for tokens in part.tokens]
    ids = [np.array([*chain.from_iterable(each)], dtype=np.int32) for each in words]
    return part.encoded(ids, [sum(map(is_unknown, each)) for each in words])


@dataclass(frozen=True, slots=True)
class _Split:
    """Texts as tokens, those of their cases among them.

    ``totals`` counts the words of each, ``read`` those that are read.
    """

    tokens: list[list[str]]
    totals: list[int]
    read: list[int]

    def encoded(self, ids: Sequence[npt.NDArray[np.int32]], unknown: Sequence[int]) -> EncodedTexts:
        """These texts with their ids; ``unknown`` counts the tokens of each that the vocabulary lacks."""
        read = np.array(self.read, dtype=np.int64)
        share = np.array(unknown, dtype=np.float64) / np.maximum(1, read)
        return EncodedTexts(tuple(ids), np.array(self.totals, dtype=np.int64), read, share)


def _split(plain: PlainText, texts: Sequence[str]) -> _Split:
    """Equal tokens share one string: a corpus has few words and many tokens."""
    tokens, totals, read = [], [], []
    for text in texts:
        words, total = plain.words(text)
        tokens.append([sys.intern(token) for token in plain.cased(text, words)])
        totals.append(total)
        read.append(len(words))
    return _Split(tokens, totals, read)


def data_reference(dataset: Dataset, encoded: Mapping[str, EncodedTexts]) -> DataReference:
    """What the training data looked like."""
    train = encoded["train"]
    return DataReference(
        fingerprint=dataset.fingerprint,
        rows={name: len(rows) for name, rows in dataset.parts.items()},
        skipped=dict(dataset.skipped),
        label_share=_label_share(dataset.train, dataset.labels),
        length_quantiles={f"{q:g}": float(np.quantile(train.lengths, q)) for q in QUANTILES},
        length_shares=length_shares(train.lengths),
        unknown_rate=train.unknown_rate,
        truncated_rate=train.truncated_rate,
    )


class HasTexts(Protocol):
    """Rows of any kind."""

    @property
    def texts(self) -> tuple[str, ...]:
        """One a row."""


def golden_texts(rows: HasTexts, lengths: Sequence[int] | npt.NDArray[np.int64]) -> tuple[str, ...]:
    """Ten texts to remember the answers of: eight of all lengths, an empty one and one of many scripts."""
    order = np.argsort(np.asarray(lengths), kind="stable")
    places = np.linspace(0, len(order) - 1, num=8).astype(int)
    return (*(rows.texts[order[place]] for place in places), "", MIXED_SCRIPTS)


# Case and width folding, joiners, Han, marks of other planes: what a changed text rule would trip over.
MIXED_SCRIPTS = "It’s ８/10 — Ｎaïve ÇA 3:00 这家酒店 מצוין مرحبا 🙂👍🏽 <br />…"


def length_shares(lengths: npt.NDArray[np.int64]) -> dict[str, float]:
    """The share of texts up to each decile of their lengths, from the one before."""
    limits = np.unique(np.ceil(np.quantile(lengths, np.arange(1, 10) / 10))).astype(int)
    at_most = [float(np.mean(lengths <= limit)) for limit in limits]
    return {
        str(limit): share - before
        for limit, share, before in zip(limits, at_most, [0.0, *at_most], strict=False)
    }


def _label_share(rows: Rows, labels: Sequence[str]) -> dict[str, float]:
    counts = dict.fromkeys(labels, 0)
    for names in rows.labels:
        for name in names:
            counts[name] += 1
    return {label: count / len(rows) for label, count in counts.items()}
