"""A made-up run of a tagging or joint model; the figures of its manifest are those of its rows."""

from collections.abc import Callable
from typing import Any

import numpy as np

from models.runtime.manifest import Calibration, Tagging
from models.text.tags import Span, allowed_transitions
from training.report.material import JudgedRows
from training.report.tagging_material import TaggingMaterial
from training.report.top_words import TypicalWord, WordFacts
from training.review import Conflict, LabelledRow, Pair
from training.tagging.figures import Answers, evaluate_spans, f1_margin, span_counts

ENTITIES = ("from", "time", "to")
INTENTS = ("come", "go")
ROW = "go from Rome to Oslo on Monday"
GOLD = (Span(8, 12, "from"), Span(16, 20, "to"), Span(24, 30, "time"))
SAID = (
    GOLD,
    (Span(8, 12, "to"), *GOLD[1:]),
    GOLD[:2],
    (Span(8, 15, "from"), *GOLD[1:]),
)
"""Answers of rows in turn: all right, another type, one missed, another end."""


def tagged_material(make_material: Callable[..., Any], *, joint: bool, rows: int = 40) -> TaggingMaterial:
    """Rows of the same text; the baseline has everything right."""
    gold = (GOLD,) * rows
    intents = np.arange(rows) % 2
    logits = np.eye(2, dtype=np.float32)[np.where(np.arange(rows) % 5 == 0, 1 - intents, intents)] * 3
    answers = Answers(tuple(SAID[n % len(SAID)] for n in range(rows)), logits.argmax(1) if joint else None)
    baseline = Answers(gold, intents if joint else None)
    targets = intents if joint else None
    ours, theirs = (evaluate_spans(ENTITIES, gold, said, targets) for said in (answers, baseline))
    counts = [span_counts(gold, said.spans, ENTITIES) for said in (answers, baseline)]
    material = make_material()
    manifest = material.manifest.model_copy(
        update={
            "task": "joint" if joint else "tagging",
            "labels": list(INTENTS if joint else ENTITIES),
            "tagging": Tagging(entities=list(ENTITIES)),
            "calibration": Calibration(temperature=1.5),
            "dev": ours,
            "test": ours,
            "baseline": theirs,
            "margin": f1_margin(*counts, seed=0),
            "baselines": [],
            "robustness": [],
            "abstention": [],
        }
    )
    lengths = 5 + np.arange(rows) % 7
    judged = JudgedRows("test", (ROW,) * rows, intents, logits, lengths, np.zeros(rows))
    size = 4 * len(ENTITIES) + 2
    return TaggingMaterial(
        manifest=manifest,
        history=material.history,
        split="test",
        texts=(ROW,) * rows,
        intents=tuple(INTENTS[n] for n in intents) if joint else ("",) * rows,
        gold=gold,
        lengths=lengths,
        unknown=np.where(np.arange(rows) % 2, 0.0, 0.1),
        answers=answers,
        baseline=baseline,
        judged_intents=(judged,) if joint else (),
        transitions=np.where(
            allowed_transitions(len(ENTITIES)), np.arange(size**2).reshape(size, size), -1e4
        ),
        values={"to": [("Oslo", 7), ("<b>", 1)], "from": [("Rome", 5)]},
        words=WordFacts({"go": [TypicalWord("leave", 9, 0)]} if joint else {}, False, {"Latin": 1.0}),
        conflicts=[Conflict(ROW, {"go; to: oslo": 1, "go": 2})],
        pairs=[
            Pair(
                LabelledRow("train", 3, ROW, "go; from, to, time"), LabelledRow("dev", 9, ROW, "go; to"), 0.9
            )
        ],
    )
