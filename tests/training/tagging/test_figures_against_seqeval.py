"""Span figures, for every type and over all, against seqeval in strict mode."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from seqeval.metrics import classification_report
from seqeval.scheme import IOB2, IOBES

from models.text.tags import Scheme, Span, Tag, parse_tag, spans_of, tags_of
from training.tagging.figures import Answers, evaluate_spans

ENTITIES = ("city", "per-son", "time")
SCHEMES = {"BIO": IOB2, "BIOES": IOBES}


def written(tags: list[Tag]) -> list[str]:
    return [f"{tag.letter}-{tag.entity}" if tag.entity else tag.letter for tag in tags]


@st.composite
def rows(draw: st.DrawFn, length: int) -> list[Span]:
    """Entities that do not overlap; neighbours may touch."""
    spans, place = [], 0
    while place < length:
        end = place + draw(st.integers(1, min(3, length - place)))
        if entity := draw(st.sampled_from((*ENTITIES, ""))):
            spans.append(Span(place, end, entity))
        place = end
    return spans


@st.composite
def taggings(draw: st.DrawFn) -> list[tuple[int, list[Span], list[Span]]]:
    """Texts by length, with what is there and what is answered: alike often enough that some is right."""
    found = []
    for length in draw(st.lists(st.integers(1, 8), min_size=1, max_size=5)):
        gold = draw(rows(length))
        found.append((length, gold, draw(st.one_of(st.just(gold), rows(length)))))
    return found


@pytest.mark.parametrize("scheme", ["BIO", "BIOES"])
@given(texts=taggings())
def test_figures_are_seqevals(scheme: Scheme, texts: list[tuple[int, list[Span], list[Span]]]) -> None:
    assume(any(gold for _, gold, _ in texts))
    gold, said = ([written(tags_of(text[side], text[0], scheme)) for text in texts] for side in (1, 2))
    theirs = classification_report(
        gold, said, mode="strict", scheme=SCHEMES[scheme], output_dict=True, zero_division=0
    )
    # Ours reads the tags again, as from a file.
    mine = [[spans_of([parse_tag(tag) for tag in row]) for row in part] for part in (gold, said)]
    ours = evaluate_spans(ENTITIES, mine[0], Answers(tuple(map(tuple, mine[1])), None), None)
    for name, key in (("precision", "precision"), ("recall", "recall"), ("f1", "f1-score")):
        assert ours.metrics[name].value == pytest.approx(theirs["micro avg"][key])
        for entity in ENTITIES:
            # seqeval leaves out a type that stands nowhere.
            wanted = theirs.get(entity, {}).get(key, 0.0)
            assert ours.per_class[entity][name] == pytest.approx(wanted), entity
    assert ours.metrics["macro_f1"].value == pytest.approx(theirs["macro avg"]["f1-score"])
    assert np.sum([figures["n"] for figures in ours.per_class.values()]) == theirs["micro avg"]["support"]
