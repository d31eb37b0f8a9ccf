"""Made-up runs whose every figure is known."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from models.runtime.decoding import probabilities
from models.runtime.manifest import (
    BaselineFacts,
    Calibration,
    DataReference,
    Environment,
    Manifest,
    McNemar,
    RobustnessRow,
    Task,
)
from models.text.spec import TextRule
from training.abstention import coverage_curve
from training.evaluate import accuracy_margin, evaluate
from training.history import EpochRecord, History
from training.report.material import JudgedRows, ReportMaterial
from training.report.top_words import TypicalWord, WordFacts
from training.review import Conflict, Pair

MakeMaterial = Callable[..., ReportMaterial]


@pytest.fixture(scope="session")
def make_material() -> MakeMaterial:
    """A run on random rows; the figures of its manifest are those of its rows."""
    return _material


def _material(
    *,
    task: Task = "classification",
    labels: Sequence[str] = ("negative", "positive"),
    rows: int = 300,
    texts: Sequence[str] = (),
    split: str = "test",
    baseline: bool = True,
    epochs: int = 4,
    temperature: float = 1.7,
    noise: float = 1.5,
    slices: Sequence[str] = (),
    config: dict[str, Any] | None = None,
    conflicts: Sequence[Conflict] = (),
    pairs: Sequence[Pair] = (),
    seed: int = 0,
) -> ReportMaterial:
    generator = np.random.default_rng(seed)
    classes = len(labels)
    truth = generator.integers(0, classes, rows)
    one_hot = np.eye(classes)[truth]
    logits = (4.0 * one_hot + noise * generator.normal(size=(rows, classes))).astype(np.float32)
    targets: Any = one_hot.astype(np.int64) if task == "multilabel" else truth
    calibration = Calibration(
        temperature=temperature,
        abstain_below=0.0 if task == "multilabel" else 0.6,
        thresholds=[0.5] * classes if task == "multilabel" else None,
        dev_answered=0.95,
        dev_accuracy_answered=0.9,
    )
    names = [slices[i % len(slices)] for i in range(rows)] if slices else []

    def calibrated(outputs: Any) -> Any:
        return probabilities(task, outputs, temperature)

    def judge(outputs: Any) -> Any:
        return evaluate(
            task, labels, calibrated(outputs), targets, slices=names, thresholds=calibration.thresholds
        )

    network = judge(logits)
    other_logits = logits + 2.0 * generator.normal(size=logits.shape)
    theirs = judge(other_logits)
    manifest = Manifest(
        name="reviews",
        version=3,
        task=task,
        labels=list(labels),
        created="2026-01-02T03:04:05+00:00",
        config=config or _CONFIG,
        text=TextRule(),
        text_table="00" * 32,
        vocabulary_size=12_345,
        parameters=1_654_321,
        calibration=calibration,
        dev=network,
        test=network if split == "test" else None,
        baseline=theirs if baseline else None,
        margin=accuracy_margin(
            task, calibrated(logits), calibrated(other_logits), targets, thresholds=calibration.thresholds
        )
        if baseline
        else None,
        baseline_name="TF-IDF 1-2-grams, logistic regression" if baseline else None,
        baselines=[
            BaselineFacts(name=name, dev_score=score, metrics=theirs.metrics, seconds=1.0)
            for name, score in (("TF-IDF 1-2-grams, logistic regression", 0.875), ("NB-weighted", 0.861))
        ]
        if baseline
        else [],
        mcnemar=McNemar(network_only=41, baseline_only=23, p=0.0324) if baseline else None,
        robustness=[
            RobustnessRow(
                name="words shuffled",
                n=rows,
                accuracy={"network": 0.75, "baseline": 0.8},
                unchanged={"network": 0.875, "baseline": 0.85},
            ),
            RobustnessRow(
                name="with a negation word",
                n=17,
                accuracy={"network": 0.625, "baseline": 0.5},
                group="negation",
            ),
        ]
        if baseline
        else [],
        abstention=[]
        if task == "multilabel"
        else coverage_curve(calibrated(logits).max(axis=1), logits.argmax(axis=1) == truth),
        data=DataReference(
            fingerprint="ab" * 32,
            rows={"train": 2_400, "dev": 300} | ({"test": rows} if split == "test" else {}),
            skipped={"train: no text": 7},
            label_share=dict.fromkeys(labels, 1.0 / classes),
            length_quantiles={
                "0.05": 9.0,
                "0.25": 20.0,
                "0.5": 60.0,
                "0.75": 180.0,
                "0.95": 500.0,
                "1": 1_200.0,
            },
            unknown_rate=0.021,
            truncated_rate=0.081,
        ),
        training={"seed": 1, "gradient_by_distance": [1.0, 0.1, 0.02, 0.005]},
        golden=[],
        environment=Environment(
            python="3.11.7",
            platform="Linux x86_64",
            libraries={"keras": "3.15.0"},
            git_commit="c0ffee" * 6 + "c0ff",
        ),
        files={},
    )
    given = [*texts, *(f"row {i}, a text that somebody wrote" for i in range(len(texts), rows))]
    judged = JudgedRows(
        split=split,
        texts=tuple(given),
        targets=targets,
        logits=logits,
        lengths=np.minimum(generator.lognormal(4.0, 1.0, rows), 900).astype(np.int64) + 1,
        unknown=generator.beta(1.0, 30.0, rows),
    )
    return ReportMaterial(
        manifest,
        _history(epochs),
        judged,
        dev=replace(judged, split="dev") if split == "test" else None,
        baseline=calibrated(other_logits) if baseline else None,
        words=WordFacts({label: [TypicalWord("dull", 12, 3)] for label in labels}, False, {"Latin": 1.0}),
        conflicts=conflicts,
        pairs=pairs,
    )


def _history(epochs: int) -> History:
    records = tuple(
        EpochRecord(
            epoch=i,
            train_loss=0.6 / i,
            dev_loss=0.5 / i**0.5 + 0.03 * i,
            dev_accuracy=0.9 - 0.2 / i,
            score=0.9 - 0.2 / i,
            seconds=12.0,
            tokens_per_second=98_765.0,
            padding_share=0.04,
        )
        for i in range(1, epochs + 1)
    )
    return History(records, best_epoch=max(1, epochs - 1), stopped="patience")


_CONFIG: dict[str, Any] = {
    "name": "reviews",
    "task": "classification",
    "seed": 1,
    "data": {
        "train": "reviews.csv",
        "dev": 0.1,
        "label_names": {"0": "negative", "1": "positive"},
        "unlabelled": None,
    },
    "text": {"unit": "word", "max_length": 400, "segmenter": None},
    "model": {"cell": "lstm", "units": 64, "bidirectional": True},
    "training": {"epochs": 10, "learning_rate": 1e-3, "monitor": "accuracy"},
}


class Page(HTMLParser):
    """What a browser would see: tags with attributes, and the rows of each table by its id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.text = ""
        self._table: str | None = None
        self._cell: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if tag == "table":
            self._table = found.get("id") or found.get("class", "")
            self.tables[self._table] = []
        elif tag == "tr" and self._table is not None:
            self.tables[self._table].append([])
        elif tag in ("td", "th"):
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._table = None
        elif tag in ("td", "th") and self._table is not None and self._cell is not None:
            self.tables[self._table][-1].append(" ".join("".join(self._cell).split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._cell is not None:
            self._cell.append(data + " ")

    def all(self, tag: str) -> list[dict[str, str]]:
        """Attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="session")
def read_page() -> Callable[[str], Page]:
    """Parses a page."""
    return Page
