"""Rows whose label may be wrong: those that a model which has not seen them answers otherwise, and surely.

Reference: Northcutt, Jiang and Chuang, Confident learning: estimating uncertainty in dataset labels, 2021,
sections 3.1 (out-of-sample probabilities, a threshold for each label) and 3.2 (ranked by normalized margin).
The model is the linear baseline: it is fitted in seconds and seldom sure by chance.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.errors import DataError
from training.baselines.fit import LinearData, fit_baselines
from training.baselines.recipes import TF_IDF
from training.config import Config
from training.data.dataset import Dataset, load_dataset
from training.data.split import same_text
from training.encode import text_rule

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row whose label may be wrong.

    Attributes:
        part: of the data it stands in.
        row: its number there, from 1.
        text: as it stands in the file.
        given: its label.
        suggested: what a model that has not seen it answers.
        doubt: how much more probable that is than the label, from 0 to 1.
    """

    part: str
    row: int
    text: str
    given: str
    suggested: str
    doubt: float


@dataclass(frozen=True, slots=True)
class Conflict:
    """A text that stands in the data with several labels: how often with each."""

    text: str
    labels: dict[str, int]


@dataclass(frozen=True, slots=True)
class Review:
    """What is doubtful in some data.

    Attributes:
        rows: how many there are.
        doubts: the most doubtful first.
        conflicts: those with the most rows first.
    """

    rows: int
    doubts: tuple[Doubt, ...]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    part: str
    number: int
    text: str
    label: str


def review(config: Config) -> Review:
    """Looks for label errors in all parts of the data of a config.

    Raises:
        DataError: the data cannot be used, is too small for ``FOLDS`` folds, or has several labels a text.
    """
    if config.task != "classification":
        raise DataError(f'Label errors are looked for with task = "classification", not "{config.task}".')
    dataset = load_dataset(config)
    rows = list(_rows(dataset))
    labels = tuple(sorted({row.label for row in rows}))
    p = _out_of_fold(config, dataset, rows, labels)
    return Review(len(rows), tuple(_doubts(rows, labels, p)), tuple(_conflicts(rows)))


def _rows(dataset: Dataset) -> Iterator[_Row]:
    for part, rows in dataset.parts.items():
        for number, (text, names) in enumerate(zip(rows.texts, rows.labels, strict=True), start=1):
            yield _Row(part, number, text, names[0])


def _out_of_fold(
    config: Config, dataset: Dataset, rows: Sequence[_Row], labels: tuple[str, ...]
) -> npt.NDArray[np.float64]:
    """Probabilities [rows, labels], each row's from a model that has not seen its text."""
    folds = np.array([_fold(row.text) for row in rows])
    index = np.array([labels.index(row.label) for row in rows], np.int32)
    data = LinearData(
        "classification",
        text_rule(config.text, config.model.input),
        labels,
        dataset.fingerprint,
        (),
        index,
        (),
        index,
        config.seed,
    )
    p = np.zeros((len(rows), len(labels)))
    for fold in range(FOLDS):
        asked, learned = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if not len(asked) or len(set(index[learned].tolist())) < 2:
            raise DataError(f"{len(rows)} rows are too few to be learned from and asked in {FOLDS} parts.")
        part = replace(
            data,
            train=[rows[i].text for i in learned.tolist()],
            train_targets=index[learned],
            dev=[rows[i].text for i in asked.tolist()],
            dev_targets=index[asked],
        )
        (model,) = fit_baselines(part, config.calibration, recipes=(TF_IDF,))
        p[asked] = model.probabilities(part.dev)
    return p


def _fold(text: str) -> int:
    """Equal texts fall into one fold: a copy must not tell the answer."""
    key = same_text(text).encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(key, digest_size=4).digest()) % FOLDS


def _doubts(rows: Sequence[_Row], labels: Sequence[str], p: npt.NDArray[np.float64]) -> Iterator[Doubt]:
    """Rows that the model puts to another label as surely as it usually puts rows of that label there."""
    index = np.array([labels.index(row.label) for row in rows])
    own = p[np.arange(len(rows)), index]
    usual = np.array([own[index == label].mean() for label in range(len(labels))])
    answer = np.where(p >= usual, p, -1.0).argmax(axis=1)
    sure = p[np.arange(len(rows)), answer] >= usual[answer]
    margin = p[np.arange(len(rows)), answer] - own
    chosen = np.flatnonzero(sure & (answer != index) & (margin > 0))
    for i in chosen[np.argsort(-margin[chosen], kind="stable")].tolist():
        row = rows[i]
        yield Doubt(row.part, row.number, row.text, row.label, labels[answer[i]], float(margin[i]))


def _conflicts(rows: Sequence[_Row]) -> list[Conflict]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    texts: dict[str, str] = {}
    for row in rows:
        key = same_text(row.text)
        texts.setdefault(key, row.text)
        found[key][row.label] += 1
    conflicts = [
        Conflict(texts[key], dict(sorted(counts.items()))) for key, counts in found.items() if len(counts) > 1
    ]
    return sorted(conflicts, key=lambda conflict: (-sum(conflict.labels.values()), conflict.text))
