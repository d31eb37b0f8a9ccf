"""The rows of a run: read, split, and checked for what cannot be learned or judged."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.counted import counted
from models.errors import DataError
from models.nearest import nearest
from training.config import Config
from training.data.division import divide, notes
from training.data.labels import folded
from training.data.roles import Earlier, Roles
from training.data.rows import Layout, Reading, Rows, read_rows


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a run learns from and is judged on.

    Attributes:
        train: rows the network, its text rule and its vocabulary learn from.
        dev: rows that choose weights, temperature and thresholds.
        test: rows judged once; ``None`` where the config has none.
        labels: the labels of train, sorted; a label's index is its class. Rows of dev and test may have
            others, see ``training.data.targets``.
        skipped: number of rows left out, by file and reason.
        warnings: sentences for a person.
        fingerprint: sha256 of all rows and of which part they are in.
        roles: of these rows and of those of the models that the run comes from.
        facts: what earlier models have changed, for a manifest; None where there are none.
    """

    train: Rows
    dev: Rows
    test: Rows | None
    labels: tuple[str, ...]
    skipped: Mapping[str, int]
    warnings: tuple[str, ...]
    fingerprint: str
    roles: Roles = field(default_factory=Roles, compare=False)
    facts: Mapping[str, Any] | None = None

    @property
    def parts(self) -> dict[str, Rows]:
        """The parts there are, by name."""
        parts = {"train": self.train, "dev": self.dev}
        return parts if self.test is None else parts | {"test": self.test}


def load_dataset(config: Config, earlier: Earlier | None = None) -> Dataset:
    """Reads and splits the data of a config.

    Args:
        config: of the run.
        earlier: the models it comes from, for which rows keep their part.

    Raises:
        DataError: a file cannot be used, train has one label only, or no label of dev or test is known.
    """
    readings = _read(config)
    train_file = config.locate(config.data.train)
    _require_two_answers(train_file, readings["train"].rows)
    given = {name: reading.rows for name, reading in readings.items()}
    files = {name: rows.texts for name, rows in given.items() if name != "train"}
    division = divide(given["train"], files, config, earlier)
    parts = {
        name: given.get(name, given["train"]).take(division.places[name])
        for name in ("train", "dev", "test")
        if name in division.places
    }
    train = parts["train"]
    # Equal texts with different labels go to one part, and may take the last rows of a label with them.
    _require_two_answers(train_file, train)
    labels = tuple(sorted({label for names in train.labels for label in names}))
    warnings = notes(division, earlier)
    warnings += [
        sentence for name in parts if name != "train" for sentence in judgeable(name, parts[name], labels)
    ]
    warnings += _alike(labels, Counter(label for names in train.labels for label in names))
    skipped = {
        f"{name}: {reason}": count
        for name, reading in readings.items()
        for reason, count in reading.skipped.items()
    }
    return Dataset(
        train=train,
        dev=parts["dev"],
        test=parts.get("test"),
        labels=labels,
        skipped=skipped,
        warnings=tuple(warnings),
        fingerprint=_fingerprint(parts),
        roles=division.roles,
        facts=division.facts(earlier),
    )


def _read(config: Config) -> dict[str, Reading]:
    layout = Layout.of(config)
    files = {"train": config.data.train, "dev": config.data.dev, "test": config.data.test}
    return {
        name: read_rows(config.locate(path), layout) for name, path in files.items() if isinstance(path, Path)
    }


def _require_two_answers(path: Path, rows: Rows) -> None:
    if len(set(rows.labels)) < 2:
        only = ", ".join(rows.labels[0]) or "no label"
        raise DataError(
            f'{path}: every training row has the label "{only}"; at least two different ones are needed.'
        )


def judgeable(name: str, rows: Rows, labels: tuple[str, ...]) -> list[str]:
    """Warnings about the labels of rows that a network is judged on.

    Raises:
        DataError: train knows none of them.
    """
    counts = Counter(label for names in rows.labels for label in names)
    unknown = {label: count for label, count in sorted(counts.items()) if label not in labels}
    if counts and len(unknown) == len(counts):
        raise DataError(
            f"No label of {name} occurs in train: {name} has {_listed(unknown)}; train has {_listed(labels)}."
        )
    warnings = [
        f'{name}: the label "{label}" ({counted(count, "row")}) does not occur in train; '
        f"{'this row counts' if count == 1 else 'these rows count'} as wrong{_meant(label, labels)}."
        for label, count in unknown.items()
    ]
    if len(set(rows.labels)) == 1:
        warnings.append(f'{name}: every row has the label "{", ".join(rows.labels[0])}".')
    return warnings


def _alike(labels: tuple[str, ...], counts: Mapping[str, int]) -> list[str]:
    """A warning for labels that are one to a person, with the line that makes them one."""
    groups: dict[str, list[str]] = {}
    for label in labels:
        groups.setdefault(folded(label), []).append(label)
    return [
        f"The labels {_listed(tuple(group))} differ in case or spaces only and are learned as {len(group)}; "
        f"data.label_names = {_one_name(group, counts)} makes them one."
        for group in groups.values()
        if len(group) > 1
    ]


def _one_name(group: Sequence[str], counts: Mapping[str, int]) -> str:
    """The most frequent name for all of them, as TOML."""
    best = max(group, key=lambda label: counts[label])
    others = [label for label in group if label != best]
    shown = {label: json.dumps(label, ensure_ascii=False) for label in group}
    return "{ " + ", ".join(f"{shown[label]} = {shown[best]}" for label in others) + " }"


def _meant(label: str, labels: tuple[str, ...]) -> str:
    near = nearest(label, labels)
    return f' (is "{near}" meant?)' if near else ""


def _listed(names: Mapping[str, int] | tuple[str, ...]) -> str:
    shown = [f'"{name}"' for name in list(names)[:20]]
    return ", ".join(shown) + (f" and {len(names) - 20} more" if len(names) > 20 else "")


def _fingerprint(parts: Mapping[str, Rows]) -> str:
    digest = hashlib.sha256()
    for name, rows in parts.items():
        for row in zip(rows.texts, rows.labels, rows.slices, strict=True):
            digest.update(json.dumps([name, *row]).encode("ascii") + b"\n")
    return digest.hexdigest()
