"""Figures of merit of entities: one is right where both its ends and its type are.

As conlleval and seqeval (strict) count: Tjong Kim Sang and De Meulder, Introduction to the CoNLL-2003 shared
task, 2003, section 3. Every figure of a run has a bootstrap interval over texts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import Evaluation, Interval
from models.text.tags import Span
from training.bootstrap import Resamples, accuracy_of, interval
from training.f1 import f1, macro_f1

Floats = npt.NDArray[np.float64]
Spans = Sequence[Span]
ERRORS = ("boundary", "type", "boundary and type", "missed", "invented")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a model says of some texts: their entities by code points, and the index of each one's intent."""

    spans: tuple[tuple[Span, ...], ...]
    intents: npt.NDArray[np.integer] | None


@dataclass(frozen=True, slots=True)
class SpanCounts:
    """Counts of each text and type, [texts, types + 1]; the last column are types the model does not have.

    ``hits`` of the entities answered rightly, ``said`` of those answered, ``there`` of those that are there.
    """

    hits: Floats
    said: Floats
    there: Floats

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        """Whether a text has exactly the right entities, [texts]."""
        hits = self.hits.sum(axis=1)
        return np.asarray((hits == self.said.sum(axis=1)) & (hits == self.there.sum(axis=1)))

    @property
    def f1(self) -> float:
        """Over all entities."""
        return float(f1(self.hits.sum(), self.said.sum(), self.there.sum()))

    @property
    def macro_f1(self) -> float:
        """Mean over the types of the model that are there or answered."""
        return float(macro_f1(*(part.sum(axis=0)[:-1] for part in (self.hits, self.said, self.there))))


def span_counts(gold: Sequence[Spans], answered: Sequence[Spans], entities: Sequence[str]) -> SpanCounts:
    """Counts what is right, what was answered and what is there."""
    column = {entity: number for number, entity in enumerate(entities)}
    hits, said, there = (np.zeros((len(gold), len(entities) + 1)) for _ in range(3))
    for row, (mine, theirs) in enumerate(zip(gold, answered, strict=True)):
        right = set(mine) & set(theirs)
        for counts, spans in ((hits, right), (said, theirs), (there, mine)):
            for span in spans:
                counts[row, column.get(span.entity, -1)] += 1
    return SpanCounts(hits, said, there)


def evaluate_spans(
    entities: Sequence[str],
    gold: Sequence[Spans],
    answers: Answers,
    intents: npt.NDArray[np.integer] | None,
    *,
    seed: int = 0,
) -> Evaluation:
    """Metrics of one model on one set of texts.

    Args:
        entities: the types of the model.
        gold: the entities that are there.
        answers: of the model.
        intents: index of the right intent of each text, -1 where the model does not have it; None without.
        seed: of the bootstrap.
    """
    counts = span_counts(gold, answers.spans, entities)
    draws = Resamples(len(gold), seed)
    hits, said, there = (part.sum(axis=1) for part in (counts.hits, counts.said, counts.there))
    metrics = {
        "f1": interval(lambda w: f1(w @ hits, w @ said, w @ there), draws),
        "precision": interval(lambda w: _ratio(w @ hits, w @ said), draws),
        "recall": interval(lambda w: _ratio(w @ hits, w @ there), draws),
        "macro_f1": interval(
            lambda w: macro_f1(*(w @ part[:, :-1] for part in (counts.hits, counts.said, counts.there))),
            draws,
        ),
        "accuracy": interval(accuracy_of(right_texts(counts, answers, intents)), draws),
    }
    if intents is not None and answers.intents is not None:
        metrics["intent_accuracy"] = interval(accuracy_of(answers.intents == intents), draws)
    return Evaluation(
        n=len(gold),
        metrics=metrics,
        per_class=_per_type(entities, counts),
        confusion=type_confusion(gold, answers.spans, entities).tolist(),
        errors=error_kinds(gold, answers.spans),
    )


def right_texts(
    counts: SpanCounts, answers: Answers, intents: npt.NDArray[np.integer] | None
) -> npt.NDArray[np.bool_]:
    """Which texts have every entity and, where there are intents, theirs right, [texts]."""
    if intents is None or answers.intents is None:
        return counts.right
    return np.asarray(counts.right & (answers.intents == intents))


def f1_margin(ours: SpanCounts, theirs: SpanCounts, seed: int) -> Interval:
    """By how much our F1 is above theirs, both on the same texts of every draw."""

    def margin(weights: Floats) -> Floats:
        both = [
            f1(weights @ c.hits.sum(axis=1), weights @ c.said.sum(axis=1), weights @ c.there.sum(axis=1))
            for c in (ours, theirs)
        ]
        return np.asarray(both[0] - both[1])

    return interval(margin, Resamples(len(ours.hits), seed))


def f1_interval(counts: SpanCounts, texts: npt.NDArray[np.bool_], seed: int) -> Interval:
    """F1 of the entities of some texts, [texts]."""
    hits, said, there = (part[texts].sum(axis=1) for part in (counts.hits, counts.said, counts.there))
    return interval(lambda w: f1(w @ hits, w @ said, w @ there), Resamples(int(texts.sum()), seed))


def side_by_side(mine: Spans, theirs: Spans) -> Iterator[tuple[str | None, str | None]]:
    """The type of each entity with that of the answer at its place; None where there is none."""
    answers = {(span.start, span.end): span.entity for span in theirs}
    for span in mine:
        yield span.entity, answers.pop((span.start, span.end), None)
    for answer in answers.values():
        yield None, answer


def type_confusion(
    gold: Sequence[Spans], answered: Sequence[Spans], entities: Sequence[str]
) -> npt.NDArray[np.int64]:
    """Entities by type (down) and answer at the same place (across), [types + 1, types + 1].

    The last column counts those without an answer at their place, the last row answers where no entity is.
    """
    column: dict[str | None, int] = {entity: number for number, entity in enumerate(entities)}
    found = np.zeros((len(entities) + 1, len(entities) + 1), np.int64)
    for mine, theirs in zip(gold, answered, strict=True):
        for entity, answer in side_by_side(mine, theirs):
            if entity is None or entity in column:
                found[column.get(entity, -1), column.get(answer, -1)] += 1
    return found


def error_kinds(gold: Sequence[Spans], answered: Sequence[Spans]) -> dict[str, int]:
    """Wrong entities by what is wrong: their ends, their type, both; missed or invented altogether."""
    counts = dict.fromkeys(ERRORS, 0)
    for mine, theirs in zip(gold, answered, strict=True):
        for span in set(mine) - set(theirs):
            near = [other for other in theirs if other.start < span.end and other.end > span.start]
            if not near:
                counts["missed"] += 1
            elif any((other.start, other.end) == (span.start, span.end) for other in near):
                counts["type"] += 1
            elif any(other.entity == span.entity for other in near):
                counts["boundary"] += 1
            else:
                counts["boundary and type"] += 1
        for span in set(theirs) - set(mine):
            if not any(other.start < span.end and other.end > span.start for other in mine):
                counts["invented"] += 1
    return counts


def _per_type(entities: Sequence[str], counts: SpanCounts) -> dict[str, dict[str, float]]:
    hits, said, there = (part.sum(axis=0) for part in (counts.hits, counts.said, counts.there))
    precision, recall, each = _ratio(hits, said), _ratio(hits, there), f1(hits, said, there)
    return {
        entity: {
            "precision": float(precision[i]),
            "recall": float(recall[i]),
            "f1": float(each[i]),
            "n": float(there[i]),
        }
        for i, entity in enumerate(entities)
    }


def _ratio(part: npt.ArrayLike, whole: npt.ArrayLike) -> Floats:
    """0 of nothing is 0."""
    below = np.asarray(whole, np.float64)
    return np.divide(np.asarray(part, np.float64), below, out=np.zeros_like(below), where=below > 0)
