"""What an answer rests on: the effect of each word, and the answer after each word.

Occlusion: Zeiler and Fergus, Visualizing and understanding convolutional networks, 2014, section 4.2, with
words left out instead of covered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from models.errors import InputError
from models.runtime.decoding import Answer, decode, probabilities
from models.runtime.kind import kind_of
from models.runtime.manifest import Manifest
from models.runtime.predictor import Predictor
from models.runtime.run import run_rows
from models.text.plain import make_valid
from models.text.spec import TextRule

MOST_TOKENS = 120_000
"""Tokens that the engine reads for one text. A longer text is explained in parts of several words."""

EXPLAINED_TASKS = ("classification", "multilabel")
"""Tasks whose models answer with labels of whole texts."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word the model read, or several in a row.

    Attributes:
        start: where it begins in the text as it was sent: code points.
        end: where it ends, exclusive.
        word: as the text writes it, lone surrogates replaced.
        effect: the probability of the label that is explained, minus its probability without the word: above
            0 where the word speaks for the label.
        unknown: training never saw it; of several words: at least one.
    """

    start: int
    end: int
    word: str
    effect: float
    unknown: bool


@dataclass(frozen=True, slots=True)
class Prefix:
    """The answer to the text up to a word. ``end``: where that word ends, code points, exclusive."""

    end: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a model answers as it does.

    Attributes:
        answer: to the whole text; its best label is explained.
        words: what the model read, in order.
        prefixes: as many, the last one being the answer to the whole text.
    """

    answer: Answer
    words: tuple[Word, ...]
    prefixes: tuple[Prefix, ...]


def explain(predictor: Predictor, text: str) -> Explanation:
    """Explains one answer.

    Words that truncation leaves out were not read: they have no effect and no prefix.

    Raises:
        InputError: the model does not answer with labels of whole texts.
        ArtifactError: the engine fails.
    """
    manifest = predictor.manifest
    if manifest.task not in EXPLAINED_TASKS:
        raise InputError(
            f"{manifest.name!r} is {kind_of(manifest.task)}, which cannot be explained: only labels of whole "
            "texts can."
        )
    found = predictor.encoder.text.tokenize(text)
    ids = predictor.encoder.ids_by_token(text)
    parts = _parts(len(ids), found.total > len(ids), manifest.text)
    without = [ids[:start] + ids[end:] for start, end in parts]
    # Without a word there is no part, and the whole text is the one row.
    upto = [ids[:end] for _, end in parts] or [ids]
    rows = [list(chain.from_iterable(tokens)) for tokens in (*without, *upto)]
    logits = run_rows(predictor.engine, rows)["logits"]
    temperature = manifest.calibration.temperature
    counts = [*map(len, upto[:-1]), found.total]
    answers = decode(manifest.task, manifest.labels, manifest.calibration, logits[len(parts) :], counts)
    whole = answers[-1]
    left = probabilities(manifest.task, logits[: len(parts)], temperature)[:, whole.best].tolist()
    ends = [found.spans[end - 1][1] for _, end in parts]
    starts = [found.spans[start][0] for start, _ in parts]
    return Explanation(
        whole,
        tuple(
            Word(
                start,
                end,
                make_valid(text[start:end]),
                whole.confidence - p,
                any(map(predictor.encoder.lacks, ids[first:last])),
            )
            for (first, last), start, end, p in zip(parts, starts, ends, left, strict=True)
        ),
        tuple(Prefix(end, answer) for end, answer in zip(ends, answers, strict=False)),
    )


def _parts(tokens: int, truncated: bool, rule: TextRule) -> list[tuple[int, int]]:
    """First and last token (exclusive) of each part: single tokens as long as they may cost so much.

    A part left out costs all other tokens, a prefix half of them on average. No part spans the place where
    truncation took words out.
    """
    if not tokens:
        return []
    most = max(1, MOST_TOKENS * 2 // (3 * tokens))
    size = -(-tokens // most)
    cut = rule.head_length if truncated else 0
    starts = [*range(0, cut, size), *range(cut, tokens, size)]
    return list(zip(starts, [*starts[1:], tokens], strict=True))


def explanation_as_dict(
    explanation: Explanation, manifest: Manifest, top: int | None = None
) -> dict[str, Any]:
    """The JSON form of an explanation: the same from the command line and over HTTP.

    Args:
        top: how many labels each prefix lists under ``probabilities``; None lists all.
    """
    labels = manifest.labels
    return {
        "label": labels[explanation.answer.best],
        "words": [
            {
                "start": word.start,
                "end": word.end,
                "word": word.word,
                "effect": word.effect,
                "unknown": word.unknown,
            }
            for word in explanation.words
        ],
        "prefixes": [
            {
                "end": prefix.end,
                "label": labels[prefix.answer.best],
                "confidence": prefix.answer.confidence,
                "probabilities": _listed(prefix.answer, labels, top),
            }
            for prefix in explanation.prefixes
        ],
    }


def _listed(answer: Answer, labels: Sequence[str], top: int | None) -> dict[str, float]:
    return {labels[i]: answer.probabilities[i] for i in answer.best_first[:top]}
