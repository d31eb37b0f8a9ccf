"""The config that ``engram init`` writes for tagged tokens."""

import os
from pathlib import Path
from typing import Any

from models.counted import counted
from models.runtime.manifest import Task
from models.text.plain import PlainText
from models.text.spec import TextRule
from models.text.table import CodeClass, load_table
from training.config import Config
from training.config_file import parse_config
from training.data.conll import is_conll, read_conll
from training.data.files import format_of
from training.data.records import column_names
from training.data.tagged import TaggedRows
from training.data.tagged_dataset import load_tagged

_FEW_ROWS = 2_000
_LENGTH_STEP = 16


def is_tagged(path: Path) -> bool:
    """Whether a file holds tokens with tags: by its columns, or by a name that only such files have.

    Raises:
        DataError: the file cannot be read.
    """
    if is_conll(path) and not path.name.lower().removesuffix(".gz").endswith((".txt", ".tsv")):
        return True
    return format_of(path) in ("jsonl", "parquet") and {"tokens", "tags"} <= set(column_names(path))


def tagging_config(path: Path, task: Task | None, name: str, folder: Path) -> tuple[Config, list[str]]:
    """A config for a file of tagged tokens, and a sentence for everything that was guessed.

    Args:
        path: the file.
        task: "tagging" or "joint"; None guesses it.
        name: of the model.
        folder: where the config will stand; the path in it is relative to there.

    Raises:
        DataError: the data cannot be trained on.
    """
    reasons = []
    if task is None:
        task = "joint" if _has_intents(path) else "tagging"
        reasons.append(f'The task is "{task}": its rows have {"an" if task == "joint" else "no"} intent.')
    values: dict[str, Any] = {
        "name": name,
        "task": task,
        "data": {"train": os.path.relpath(path.resolve(), folder.resolve())},
        "text": {},
        "model": {"characters": "cnn", "capitalisation": True},
        "training": {"word_dropout": 0.1},
    }
    dataset = load_tagged(parse_config(values, folder=folder))
    rows = dataset.parts["train"]
    reasons.append(
        f"{path} has {counted(sum(map(len, dataset.parts.values())), 'row')} of "
        + counted(len(dataset.entities), "entity type")
        + (f" and {counted(len(dataset.intents), 'intent')}." if dataset.intents else ".")
    )
    reasons += dataset.warnings
    if _is_chinese(rows):
        values["text"]["unit"] = "character"
        values["model"] = {}
        reasons.append("Nearly all texts are Chinese, so a token is a character.")
    if len(rows) < _FEW_ROWS:
        values["text"]["min_count"] = 1
        values["training"] |= {"epochs": 30, "batch_size": 16, "patience": 5}
        reasons.append(
            f"Fewer than {_FEW_ROWS:,} training rows: small batches, more epochs, and rare words are kept."
        )
    plain = PlainText(TextRule(unit=values["text"].get("unit", "word"), max_length=1))
    longest = max(plain.tokenize(text).total for text in rows.texts)
    values["text"]["max_length"] = -(-longest // _LENGTH_STEP) * _LENGTH_STEP
    reasons.append(
        f"The longest text has {counted(longest, 'token')}, so max_length is {values['text']['max_length']}."
    )
    return parse_config(values, folder=folder), reasons


def _has_intents(path: Path) -> bool:
    if is_conll(path):
        return any(record.values[2] is not None for record in read_conll(path))
    return "intent" in column_names(path)


def _is_chinese(rows: TaggedRows) -> bool:
    """Whether nine in ten texts hold Han characters."""
    classes = load_table().classes
    han = sum(any(classes[ord(character)] == CodeClass.HAN for character in text) for text in rows.texts)
    return han >= 0.9 * len(rows)
