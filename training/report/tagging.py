"""The report of a tagging or joint model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import Manifest
from models.text.tags import Span, tag_names
from training.history import History
from training.report import card, plots
from training.report.confusion import MOST_IN_TABLE, row_shares
from training.report.environment import template
from training.report.memory_plot import memory_plots
from training.report.mistakes import EXCERPT, SHOWN
from training.report.transitions import strongest, transition_plot
from training.report.verdict import judged_evaluation, metric_rows, verdict
from training.tagging.figures import Answers

_PAIRS = 12


@dataclass(frozen=True, slots=True)
class TaggingMaterial:
    """Everything the page shows. ``manifest.files`` is still empty: the report is one of the files.

    Attributes:
        manifest: of the model.
        history: of its training.
        split: "test", or "dev" where there is no test part.
        texts, intents, gold: the rows of that part, with what stands in them.
        answers: what the network says of them.
        transitions: the CRF's scores, [tags + 1, tags + 1].
    """

    manifest: Manifest
    history: History
    split: str
    texts: tuple[str, ...]
    intents: tuple[str, ...]
    gold: tuple[tuple[Span, ...], ...]
    answers: Answers
    transitions: npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an example. ``kind``: "right", "invented" or "missed"; "" for what is no entity."""

    text: str
    entity: str
    kind: str


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its entities marked. ``intent`` and ``answer`` are empty where the task has none."""

    row: int
    pieces: tuple[Piece, ...]
    intent: str
    answer: str


def render_tagging_report(material: TaggingMaterial) -> str:
    """The page as a string that UTF-8 can hold; the same bytes for the same material."""
    manifest, history = material.manifest, material.history
    assert manifest.tagging is not None
    evaluation, entities = judged_evaluation(manifest), manifest.tagging.entities
    crf = bool(manifest.config.get("model", {}).get("crf", True))
    small = len(entities) < MOST_IN_TABLE
    return template("tagging.html.j2").render(
        card=card,
        manifest=manifest,
        history=history,
        part=material.split,
        evaluation=evaluation,
        verdict=verdict(manifest),
        metrics=metric_rows(manifest),
        types=sorted(evaluation.per_class.items(), key=lambda item: item[1]["f1"]),
        names=[*entities, "none"],
        confusion=evaluation.confusion if small else [],
        shares=row_shares(evaluation.confusion).tolist() if small else [],
        confused=[] if small else _confused(entities, evaluation.confusion),
        wrong=examples(material, right=False),
        right=examples(material, right=True),
        transition_plot=transition_plot(material.transitions) if crf else None,
        strongest=strongest(material.transitions, tag_names(entities), _PAIRS) if crf else [],
        learning_plots=[
            plots.loss_plot(history),
            plots.score_plot(history, manifest.config.get("training", {}).get("monitor", "f1")),
            *memory_plots(manifest.training),
        ],
    )


def examples(material: TaggingMaterial, *, right: bool) -> list[Example]:
    """Rows with entities that are all answered rightly, or rows with mistakes, the most mistakes first."""
    found: list[tuple[int, Example]] = []
    for row, (text, gold, said) in enumerate(
        zip(material.texts, material.gold, material.answers.spans, strict=True)
    ):
        answer, intent = _intents(material, row)
        wrong = len(set(gold) ^ set(said)) + (answer != intent)
        if (right and gold and not wrong) or (not right and wrong):
            found.append((wrong, Example(row + 1, marked(text, gold, said), intent, answer)))
    if right:
        step = max(1, len(found) // SHOWN)
        return [example for _, example in found[::step]][:SHOWN]
    return [example for _, example in sorted(found, key=lambda pair: -pair[0])][:SHOWN]


def marked(text: str, gold: Sequence[Span], said: Sequence[Span]) -> tuple[Piece, ...]:
    """A text cut at its entities, those answered first; missed ones show where no answer stands."""
    spans = [(span, "right" if span in set(gold) else "invented") for span in said]
    taken = [(span.start, span.end) for span in said]
    spans += [
        (span, "missed")
        for span in gold
        if not any(start < span.end and end > span.start for start, end in taken)
    ]
    pieces, place = [], 0
    for span, kind in sorted(spans):
        pieces.append(Piece(text[place : span.start], "", ""))
        pieces.append(Piece(text[span.start : span.end], span.entity, kind))
        place = span.end
    pieces.append(Piece(text[place:][:EXCERPT], "", ""))
    return tuple(piece for piece in pieces if piece.text)


def _intents(material: TaggingMaterial, row: int) -> tuple[str, str]:
    if material.answers.intents is None:
        return "", ""
    return material.manifest.labels[int(material.answers.intents[row])], material.intents[row]


def _confused(entities: Sequence[str], confusion: Sequence[Sequence[int]]) -> list[dict[str, Any]]:
    """The wrong pairs of types with the most entities."""
    names = [*entities, "none"]
    pairs = [
        {"label": names[i], "answer": names[j], "count": count}
        for i, row in enumerate(confusion)
        for j, count in enumerate(row)
        if i != j and count
    ]
    return sorted(pairs, key=lambda pair: -int(str(pair["count"])))[:MOST_IN_TABLE]
