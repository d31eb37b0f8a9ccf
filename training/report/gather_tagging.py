"""What a run of a tagging network knows, as the material of its report."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import Manifest
from models.text.tags import Span
from training.data.tagged import TaggedRows
from training.data.tagged_dataset import TaggedDataset
from training.report.material import JudgedRows
from training.report.tagging_material import TaggingMaterial
from training.report.top_words import WordFacts, word_facts
from training.review import LabelledRow, by_words, conflicts, near_conflicts, same_words
from training.tagging.baseline import JudgedTaggers
from training.tagging.encode import ID

if TYPE_CHECKING:
    from training.tagging.run import PreparedTagger, TrainedTagger

MOST_VALUES = 12
"""Of each entity type."""


def tagging_material(
    manifest: Manifest,
    prepared: "PreparedTagger",
    trained: "TrainedTagger",
    baseline: JudgedTaggers,
    transitions: npt.NDArray[np.floating],
) -> TaggingMaterial:
    """Everything the page of a tagging network shows; ``transitions`` are those of its CRF."""
    part, dataset = prepared.judged_part, prepared.dataset
    rows, numbers = dataset.parts[part], prepared.texts.parts[part]
    judged = [part] if part == "dev" else [part, "dev"]
    return TaggingMaterial(
        manifest=manifest,
        history=trained.history,
        split=part,
        texts=rows.texts,
        intents=rows.intents,
        gold=numbers.gold,
        lengths=numbers.lengths,
        unknown=numbers.unknown,
        answers=trained.outputs[part].answers(numbers, dataset.entities),
        baseline=baseline.answers,
        judged_intents=tuple(_intents(prepared, trained, name) for name in judged) if dataset.intents else (),
        transitions=transitions,
        values=common_values(dataset.parts["train"]),
        words=_words(prepared),
        conflicts=conflicts(by_words(tagged_rows(dataset))),
        pairs=near_conflicts(by_words(typed_rows(dataset))),
        numbers=rows.numbers,
    )


def common_values(rows: TaggedRows) -> dict[str, list[tuple[str, int]]]:
    """The most frequent values of each type, as they are written first, with their number."""
    counts: dict[str, Counter[str]] = {}
    written: dict[str, str] = {}
    for text, spans in zip(rows.texts, rows.entities, strict=True):
        for span in spans:
            value = text[span.start : span.end]
            key = same_words(value)
            written.setdefault(key, value)
            counts.setdefault(span.entity, Counter())[key] += 1
    return {
        entity: [(written[key], count) for key, count in found.most_common(MOST_VALUES)]
        for entity, found in sorted(counts.items())
    }


def tagged_rows(dataset: TaggedDataset) -> Iterator[LabelledRow]:
    """The rows of every part, with all that is to be found in them as the label."""

    def found(text: str, spans: Sequence[Span], intent: str) -> str:
        values = [f"{span.entity}: {same_words(text[span.start : span.end])}" for span in spans]
        return "; ".join([*([intent] if intent else []), *values])

    return _rows(dataset, found)


def typed_rows(dataset: TaggedDataset) -> Iterator[LabelledRow]:
    """The rows of every part, with intent and types of entities, in their order, as the label.

    Without the values: they differ where texts are made from one template, and are right all the same.
    """

    def found(_: str, spans: Sequence[Span], intent: str) -> str:
        types = ", ".join(span.entity for span in spans) or "no entity"
        return f"{intent}; {types}" if intent else types

    return _rows(dataset, found)


def _rows(dataset: TaggedDataset, label: Callable[[str, Sequence[Span], str], str]) -> Iterator[LabelledRow]:
    for part, rows in dataset.parts.items():
        numbers = rows.numbers or range(1, len(rows) + 1)
        for number, text, spans, intent in zip(numbers, rows.texts, rows.entities, rows.intents, strict=True):
            yield LabelledRow(part, number, text, label(text, sorted(spans), intent))


def _intents(prepared: "PreparedTagger", trained: "TrainedTagger", part: str) -> JudgedRows:
    numbers = prepared.texts.parts[part]
    return JudgedRows(
        part,
        prepared.dataset.parts[part].texts,
        numbers.intents,
        trained.outputs[part].intent_logits,
        numbers.lengths,
        numbers.unknown,
        prepared.dataset.parts[part].numbers,
    )


def _words(prepared: "PreparedTagger") -> WordFacts:
    train = prepared.texts.parts["train"]
    ids = [row[:, ID] for row in train.rows]
    tokens = prepared.texts.encoder.vocabulary.tokens
    return word_facts(prepared.dataset.intents, tokens, ids, train.intents)
