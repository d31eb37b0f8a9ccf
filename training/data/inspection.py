"""What a person should know of a data set before a network learns from it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.runtime.manifest import TAGGING
from models.text.plain import make_valid
from training.config import Config
from training.data.dataset import Dataset, load_dataset
from training.data.rows import Rows
from training.data.equal_texts import same_text
from training.data.tagged_dataset import as_labelled, load_tagged
from training.encode import QUANTILES, EncodedTexts, encode_parts, text_rule
from training.vectors.unlabelled import UnlabelledTokens

_CONFLICTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class PartFacts:
    """One part of the data. Texts count as equal when only their white space differs.

    Attributes:
        rows: number of rows.
        labels: rows of each label, the labels of train first.
        duplicates: rows whose text stands earlier in the same part.
        in_train: rows whose text stands in train; 0 for train itself.
        without_token: rows whose text has no token.
        length_quantiles: tokens of a text, before truncation, by quantile ("0.5" is the median).
        truncated: share of the rows that are longer than ``max_length``.
        unknown: share of the tokens read that the vocabulary of train lacks.
    """

    rows: int
    labels: Mapping[str, int]
    duplicates: int
    in_train: int
    without_token: int
    length_quantiles: Mapping[str, float]
    truncated: float
    unknown: float


@dataclass(frozen=True, slots=True)
class Conflict:
    """A text that has more than one answer, with the rows of each (several labels joined by " + ")."""

    text: str
    labels: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Inspection:
    """A whole data set.

    Attributes:
        parts: train, dev and, where there is one, test.
        vocabulary: number of entries, padding and other included.
        skipped: rows left out, by part and reason.
        conflicting_texts: number of texts that have more than one answer, over all parts.
        conflicts: those of them with the most rows.
        warnings: sentences for a person.
        fingerprint: that of the data.
    """

    name: str
    task: str
    parts: Mapping[str, PartFacts]
    vocabulary: int
    skipped: Mapping[str, int]
    conflicting_texts: int
    conflicts: tuple[Conflict, ...]
    warnings: tuple[str, ...]
    fingerprint: str


def inspect_data(config: Config) -> Inspection:
    """Reads the data of a config and looks at all of it.

    Raises:
        DataError: the data cannot be used.
    """
    dataset = as_labelled(load_tagged(config)) if config.task in TAGGING else load_dataset(config)
    rule = text_rule(config)
    vocabulary, encoded = encode_parts(
        dataset, rule, config.text, None, UnlabelledTokens(config, dataset, rule)
    )
    keys = {name: [same_text(text) for text in rows.texts] for name, rows in dataset.parts.items()}
    train = set(keys["train"])
    parts = {
        name: _part_facts(
            rows,
            encoded[name],
            dataset.labels,
            duplicates=len(rows) - len(set(keys[name])),
            in_train=0 if name == "train" else sum(key in train for key in keys[name]),
        )
        for name, rows in dataset.parts.items()
    }
    conflicts = _conflicts(dataset, keys)
    return Inspection(
        name=config.name,
        task=config.task,
        parts=parts,
        vocabulary=len(vocabulary),
        skipped=dataset.skipped,
        conflicting_texts=len(conflicts),
        conflicts=tuple(conflicts[:_CONFLICTS_SHOWN]),
        warnings=dataset.warnings,
        fingerprint=dataset.fingerprint,
    )


def _part_facts(
    rows: Rows, encoded: EncodedTexts, labels: tuple[str, ...], *, duplicates: int, in_train: int
) -> PartFacts:
    counts = Counter(label for names in rows.labels for label in names)
    return PartFacts(
        rows=len(rows),
        labels={
            make_valid(label): counts[label] for label in [*labels, *sorted(counts.keys() - set(labels))]
        },
        duplicates=duplicates,
        in_train=in_train,
        without_token=int((encoded.lengths == 0).sum()),
        length_quantiles={f"{q:g}": float(np.quantile(encoded.lengths, q)) for q in QUANTILES},
        truncated=encoded.truncated_rate,
        unknown=encoded.unknown_rate,
    )


def _conflicts(dataset: Dataset, keys: Mapping[str, list[str]]) -> list[Conflict]:
    """The texts with more than one answer, those with the most rows first."""
    answers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, rows in dataset.parts.items():
        for key, labels in zip(keys[name], rows.labels, strict=True):
            answers[key][" + ".join(labels)] += 1
    found = [(key, counts) for key, counts in answers.items() if len(counts) > 1]
    found.sort(key=lambda item: (-item[1].total(), item[0]))
    return [
        Conflict(make_valid(key), {make_valid(label): count for label, count in sorted(counts.items())})
        for key, counts in found
    ]
