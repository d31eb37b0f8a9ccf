"""The tagged rows of a run: read, split, and checked for what cannot be learned or judged."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import DataError
from training.config import Config
from training.data.dataset import Dataset
from training.data.division import divide, notes
from training.data.roles import Earlier, Roles
from training.data.rows import Rows
from training.data.tagged import TaggedLayout, TaggedReading, TaggedRows, read_tagged


@dataclass(frozen=True, slots=True)
class TaggedDataset:
    """What a run learns from and is judged on.

    Attributes:
        parts: train, dev and, where there is one, test.
        entities: the entity types of train, sorted. Rows of dev and test may have others.
        intents: the intents of train, sorted; empty where the task has none.
        skipped: number of rows left out, by file and reason.
        repaired: number of tags that were ill formed, by file.
        warnings: sentences for a person.
        fingerprint: sha256 of all rows and of which part they are in.
        roles: of these rows and of those of the models that the run comes from.
        facts: what earlier models have changed, for a manifest; None where there are none.
    """

    parts: Mapping[str, TaggedRows]
    entities: tuple[str, ...]
    intents: tuple[str, ...]
    skipped: Mapping[str, int]
    repaired: Mapping[str, int]
    warnings: tuple[str, ...]
    fingerprint: str
    roles: Roles = field(default_factory=Roles, compare=False)
    facts: Mapping[str, Any] | None = None


def load_tagged(config: Config, earlier: Earlier | None = None) -> TaggedDataset:
    """Reads and splits the data of a config; shares are drawn within the rarest type of a row.

    Args:
        config: of the run.
        earlier: the models it comes from, for which rows keep their part.

    Raises:
        DataError: a file cannot be used, train has no entity or one intent only, or train knows no type of
            dev or test.
    """
    readings = _read(config)
    given = {name: reading.rows for name, reading in readings.items()}
    files = {name: rows.texts for name, rows in given.items() if name != "train"}
    division = divide(_labelled(given["train"], joint=True), files, config, earlier)
    parts = {
        name: given.get(name, given["train"]).take(division.places[name])
        for name in ("train", "dev", "test")
        if name in division.places
    }
    train = parts["train"]
    entities = tuple(sorted({span.entity for row in train.entities for span in row}))
    intents = tuple(sorted(set(train.intents))) if config.task == "joint" else ()
    file = config.locate(config.data.train)
    if not entities:
        raise DataError(f'{file}: every training token has the tag "O"; at least one entity is needed.')
    if len(intents) == 1:
        raise DataError(
            f'{file}: every training row has the intent "{intents[0]}"; at least two different ones are needed, '
            'or task = "tagging".'
        )
    warnings = notes(division, earlier)
    warnings += [
        sentence
        for name in parts
        if name != "train"
        for sentence in judgeable_tags(name, parts[name], entities, intents)
    ]
    repaired = {name: reading.repaired for name, reading in readings.items() if reading.repaired}
    warnings += [
        f"{name}: {count} ill-formed {'tag was' if count == 1 else 'tags were'} repaired."
        for name, count in repaired.items()
    ]
    skipped = {
        f"{name}: {reason}": count
        for name, reading in readings.items()
        for reason, count in reading.skipped.items()
    }
    return TaggedDataset(
        parts,
        entities,
        intents,
        skipped,
        repaired,
        tuple(warnings),
        _fingerprint(parts),
        division.roles,
        division.facts(earlier),
    )


def as_labelled(tagged: TaggedDataset) -> Dataset:
    """The rows with the types of their entities, one an entity, and their intent as labels."""
    parts = {name: _labelled(rows, joint=bool(tagged.intents)) for name, rows in tagged.parts.items()}
    return Dataset(
        parts["train"],
        parts["dev"],
        parts.get("test"),
        (*tagged.entities, *(f"intent {intent}" for intent in tagged.intents)),
        tagged.skipped,
        tagged.warnings,
        tagged.fingerprint,
    )


def _labelled(rows: TaggedRows, *, joint: bool) -> Rows:
    labels = tuple(
        (*sorted(span.entity for span in spans), *([f"intent {intent}"] if joint else []))
        for spans, intent in zip(rows.entities, rows.intents, strict=True)
    )
    return Rows(rows.texts, labels, (None,) * len(rows), rows.numbers)


def judgeable_tags(
    name: str, rows: TaggedRows, entities: tuple[str, ...], intents: tuple[str, ...]
) -> list[str]:
    """Warnings about types and intents of rows that a network is judged on, but cannot know.

    Raises:
        DataError: it knows none of the types.
    """
    types = Counter(span.entity for row in rows.entities for span in row)
    unknown = {entity: count for entity, count in sorted(types.items()) if entity not in entities}
    if types and len(unknown) == len(types):
        raise DataError(
            f"No entity type of {name} occurs in train: {name} has {', '.join(list(unknown)[:20])}; train has "
            f"{', '.join(entities[:20])}."
        )
    warnings = [
        f'{name}: the entity type "{entity}" ({count} {"entity" if count == 1 else "entities"}) does not occur '
        f"in train; {'it counts' if count == 1 else 'they count'} as missed."
        for entity, count in unknown.items()
    ]
    if not types:
        warnings.append(f"{name}: no row has an entity.")
    if intents:
        new = Counter(intent for intent in rows.intents if intent not in intents)
        warnings += [
            f'{name}: the intent "{intent}" ({count} {"row" if count == 1 else "rows"}) does not occur in train; '
            f"{'this row counts' if count == 1 else 'these rows count'} as wrong."
            for intent, count in sorted(new.items())
        ]
    return warnings


def _read(config: Config) -> dict[str, TaggedReading]:
    layout = TaggedLayout.of(config)
    files = {"train": config.data.train, "dev": config.data.dev, "test": config.data.test}
    return {
        name: read_tagged(config.locate(path), layout)
        for name, path in files.items()
        if isinstance(path, Path)
    }


def _fingerprint(parts: Mapping[str, TaggedRows]) -> str:
    digest = hashlib.sha256()
    for name, rows in parts.items():
        for text, spans, intent in zip(rows.texts, rows.entities, rows.intents, strict=True):
            row = [name, text, [[span.start, span.end, span.entity] for span in spans], intent]
            digest.update(json.dumps(row).encode("ascii") + b"\n")
    return digest.hexdigest()
