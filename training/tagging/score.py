"""A saved tagging or joint model on tagged rows, with the very predictor the service uses."""

import sys
from pathlib import Path

import numpy as np

from models.counted import counted
from models.runtime.manifest import Evaluation
from models.runtime.predictor import Predictor
from models.runtime.tagger import Tagger
from models.runtime.tagging import TaggedPrediction
from models.text.tags import Span
from training.config import DataConfig
from training.data.tagged import TaggedLayout, read_tagged
from training.data.tagged_dataset import judgeable_tags
from training.score_rows import learned_rows
from training.tagging.encode import gold_spans
from training.tagging.figures import Answers, evaluate_spans


def judge_tagged(predictor: Predictor, data: Path) -> tuple[Evaluation, int | None]:
    """Metrics of the model on a file laid out as its training data was, and how many rows it has learned.

    Raises:
        DataError: the file cannot be used, or the model knows none of its types.
    """
    assert isinstance(predictor, Tagger)
    manifest = predictor.manifest
    assert manifest.tagging is not None
    joint = manifest.task == "joint"
    # Columns that a model was saved without are those of the defaults.
    saved = {name: field.default for name, field in DataConfig.model_fields.items()} | manifest.config["data"]
    layout = TaggedLayout(
        saved["tokens_column"], saved["tags_column"], saved["intent_column"] if joint else None
    )
    reading = read_tagged(data, layout)
    entities, intents = manifest.tagging.entities, manifest.labels if joint else []
    sentences = [f"skipped: {counted(count, 'row')} ({reason})" for reason, count in reading.skipped.items()]
    if reading.repaired:
        sentences.append(f"note: {counted(reading.repaired, 'ill-formed tag')} repaired")
    sentences += [
        f"note: {sentence}"
        for sentence in judgeable_tags(str(data), reading.rows, tuple(entities), tuple(intents))
    ]
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    rows = reading.rows
    gold = [
        gold_spans(spans, predictor.encode(text).spans)[0]
        for text, spans in zip(rows.texts, rows.entities, strict=True)
    ]
    answers = [one for one in predictor.predict(rows.texts) if isinstance(one, TaggedPrediction)]
    spans = tuple(tuple(Span(e.start, e.end, e.entity) for e in answer.entities) for answer in answers)
    index = {intent: number for number, intent in enumerate(intents)}
    evaluation = evaluate_spans(
        entities,
        gold,
        Answers(spans, np.array([answer.answer.best for answer in answers]) if joint else None),
        np.array([index.get(intent, -1) for intent in rows.intents]) if joint else None,
        seed=manifest.config["seed"],
    )
    return evaluation, learned_rows(predictor, rows.texts)
