"""The report of a tagging or joint model."""

from collections.abc import Sequence
from typing import Any

from models.text.tags import tag_names
from training.evaluate import confusion_counts
from training.report.answered import confidence_parts, conflict_parts, confusion_parts, text_parts
from training.report.confusion import MOST_IN_TABLE, ConfusedPair, most_confused, row_shares
from training.report.environment import template
from training.report.marked import examples
from training.report.render import run_parts
from training.report.slices import grouped, label_rows
from training.report.tagging_material import TaggingMaterial
from training.report.tagging_slices import tagging_slices
from training.report.transitions import strongest, transition_plot
from training.report.type_cells import NONE, type_cells
from training.report.verdict import judged_evaluation

_PAIRS = 12
_SECTIONS = {
    "card": "Model card",
    "metrics": "Metrics",
    "slices": "Slices",
    "types": "Types",
    "confusions": "Intents",
    "confidence": "Confidence",
    "mistakes": "Mistakes",
    "examples": "Examples",
    "values": "Values",
    "words": "Words",
    "transitions": "Transitions",
    "learning": "Learning",
    "data": "Data",
    "config": "Config",
    "reproduce": "Reproduce",
}
_OF_INTENTS = ("confusions", "confidence", "words")


def render_tagging_report(material: TaggingMaterial) -> str:
    """The page as a string that UTF-8 can hold; the same bytes for the same material."""
    manifest = material.manifest
    assert manifest.tagging is not None
    entities = manifest.tagging.entities
    joint = bool(material.judged_intents)
    crf = bool(manifest.config.get("model", {}).get("crf", True))
    left_out = (() if joint else _OF_INTENTS) + (() if crf else ("transitions",))
    return template("tagging.html.j2").render(
        sections={id: name for id, name in _SECTIONS.items() if id not in left_out},
        measure=", F1",
        noun="intent",
        slice_measure="F1 of the entities",
        multilabel=False,
        joint=joint,
        part=material.split,
        types=label_rows(manifest),
        slices=grouped(tagging_slices(material)),
        wrong=examples(material, right=False),
        right=examples(material, right=True),
        values=material.values,
        words=material.words,
        transition_plot=transition_plot(material.transitions) if crf else None,
        strongest=strongest(material.transitions, tag_names(entities), _PAIRS) if crf else [],
        **run_parts(manifest, material.history),
        **_type_parts(material, entities),
        **(_intent_parts(material) if joint else conflict_parts(material.conflicts, material.pairs)),
    )


def _type_parts(material: TaggingMaterial, entities: Sequence[str]) -> dict[str, Any]:
    """Up to ``MOST_IN_TABLE`` types the whole table, else the worst pairs."""
    names, counts = [*entities, NONE], judged_evaluation(material.manifest).confusion
    small = len(names) <= MOST_IN_TABLE
    pairs: list[ConfusedPair] = [] if small else most_confused(names, counts, MOST_IN_TABLE)
    return {
        "type_names": names,
        "type_confusion": counts if small else [],
        "type_shares": row_shares(counts).tolist() if small else [],
        "type_pairs": pairs,
        "type_cells": type_cells(material),
    }


def _intent_parts(material: TaggingMaterial) -> dict[str, Any]:
    """Confusions, confidence and mistakes of the intents, as those of a classifier."""
    manifest, intents = material.manifest, material.judged_intents
    judged, dev = intents[0], intents[1] if len(intents) > 1 else None
    counts = confusion_counts(judged.targets, judged.logits.argmax(axis=1), len(manifest.labels))
    return {
        **confusion_parts(manifest.labels, counts.tolist()),
        **confidence_parts(manifest, judged, dev),
        **text_parts(manifest, judged, None, material.conflicts, material.pairs),
        "labels": manifest.labels,
    }
