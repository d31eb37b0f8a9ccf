"""Rows whose label may be wrong: those that a model which has not seen them answers otherwise, and surely.

Reference: Northcutt, Jiang and Chuang, Confident learning: estimating uncertainty in dataset labels, 2021,
sections 3.1 (out-of-sample probabilities, a threshold for each label) and 3.2 (ranked by normalized margin).
The model is the linear baseline: it is fitted in seconds and seldom sure by chance.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.errors import DataError
from training.baselines.fit import LinearData, fit_baselines
from training.baselines.recipes import TF_IDF
from training.config import Config
from training.data.dataset import Dataset, load_dataset
from training.data.equal_texts import same_text
from training.encode import text_rule
from training.near_copies import near_copies

FOLDS = 5

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row whose label may be wrong.

    Attributes:
        part: of the data it stands in.
        row: its number in its file, from 1; a header is none.
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
    """A text that stands in the data with several labels: how often with each.

    Texts count as the same when they have the same words: capitals, marks and white space do not matter.
    """

    text: str
    labels: dict[str, int]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows that say almost the same and have different labels.

    Attributes:
        first: one of them.
        second: the other, further down in the data.
        alike: the Jaccard similarity of their runs of three words, from 0.8 to 1.
    """

    first: "LabelledRow"
    second: "LabelledRow"
    alike: float


@dataclass(frozen=True, slots=True)
class Review:
    """What is doubtful in some data.

    Attributes:
        rows: how many there are.
        files: the file of each part; dev and test may be shares of that of train.
        doubts: the most doubtful first.
        conflicts: those with the most rows first.
        pairs: the most alike first.
    """

    rows: int
    files: dict[str, str]
    doubts: tuple[Doubt, ...]
    conflicts: tuple[Conflict, ...]
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """A row of a part of the data, by its number in its file, from 1; several labels are one, joined."""

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
    rows = list(labelled_rows(dataset))
    labels = tuple(sorted({row.label for row in rows}))
    p = _out_of_fold(config, rows, labels)
    files = {part: _file(config, part).name for part in dataset.parts}
    found = tuple(doubts(rows, labels, p))
    same = by_words(rows)
    return Review(len(rows), files, found, tuple(conflicts(same)), tuple(near_conflicts(same)))


def _file(config: Config, part: str) -> Path:
    named = {"dev": config.data.dev, "test": config.data.test}.get(part)
    return named if isinstance(named, Path) else config.data.train


def labelled_rows(dataset: Dataset) -> Iterator[LabelledRow]:
    """The rows of every part."""
    for part, rows in dataset.parts.items():
        numbers = rows.numbers or range(1, len(rows) + 1)
        for number, text, names in zip(numbers, rows.texts, rows.labels, strict=True):
            yield LabelledRow(part, number, text, " + ".join(names))


def _out_of_fold(
    config: Config, rows: Sequence[LabelledRow], labels: tuple[str, ...]
) -> npt.NDArray[np.float64]:
    """Probabilities [rows, labels], each row's from a model that has not seen its text."""
    folds = np.array([_fold(row.text) for row in rows])
    index = np.array([labels.index(row.label) for row in rows], np.int32)
    data = LinearData(
        "classification",
        text_rule(config),
        labels,
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
            raise DataError(
                f"{len(rows)} rows are too few to be learned from and asked in {FOLDS} parts; use more "
                "rows of every label."
            )
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


def doubts(rows: Sequence[LabelledRow], labels: Sequence[str], p: npt.NDArray[np.float64]) -> Iterator[Doubt]:
    """Rows that the model puts to another label as surely as it usually puts rows of that label there.

    Args:
        rows: which the model has not learned from.
        labels: of the model; those of the rows are among them.
        p: its probabilities, [rows, labels].
    """
    places = {label: place for place, label in enumerate(labels)}
    index = np.array([places[row.label] for row in rows], np.int64)
    own = p[np.arange(len(rows)), index]
    # A label without rows here is never suggested: nothing says how sure is usual.
    usual = np.array(
        [own[index == label].mean() if (index == label).any() else 2.0 for label in places.values()]
    )
    answer = np.where(p >= usual, p, -1.0).argmax(axis=1)
    sure = p[np.arange(len(rows)), answer] >= usual[answer]
    margin = p[np.arange(len(rows)), answer] - own
    chosen = np.flatnonzero(sure & (answer != index) & (margin > 0))
    for i in chosen[np.argsort(-margin[chosen], kind="stable")].tolist():
        row = rows[i]
        yield Doubt(row.part, row.number, row.text, row.label, labels[answer[i]], float(margin[i]))


def by_words(rows: Iterable[LabelledRow]) -> list[list[LabelledRow]]:
    """The rows in groups of the same words, see :func:`same_words`."""
    groups: dict[str, list[LabelledRow]] = defaultdict(list)
    for row in rows:
        groups[same_words(row.text)].append(row)
    return list(groups.values())


def conflicts(groups: Iterable[Sequence[LabelledRow]]) -> list[Conflict]:
    """Texts of the same words (:func:`by_words`) that have several labels, those with the most rows first."""
    found = [
        Conflict(same[0].text, dict(sorted(Counter(row.label for row in same).items())))
        for same in groups
        if not _agree(same)
    ]
    return sorted(found, key=lambda conflict: (-sum(conflict.labels.values()), conflict.text))


def near_conflicts(groups: Iterable[Sequence[LabelledRow]]) -> list[Pair]:
    """Rows of almost the same words with different labels; texts of ``conflicts`` are not told again."""
    single = [same[0] for same in groups if _agree(same)]
    found = near_copies([row.text for row in single], [row.label for row in single])
    return [Pair(single[one], single[other], alike) for one, other, alike in found]


def _agree(rows: Sequence[LabelledRow]) -> bool:
    return len({row.label for row in rows}) == 1


def same_words(text: str) -> str:
    """The words of a text in lower case; a text without words as it is."""
    words = _WORD.findall(text)
    return " ".join(words).casefold() if words else same_text(text)
