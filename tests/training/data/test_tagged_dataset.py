"""What of a tagged data set cannot be learned or judged."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.errors import DataError
from training.config import Config
from training.config_file import parse_config
from training.data.tagged_dataset import load_tagged


def config(folder: Path, task: str, **parts: list[tuple[str, str, str]]) -> Config:
    data: dict[str, Any] = {"dev": 0.25, "test": "none"}
    for name, rows in parts.items():
        lines = [
            json.dumps({"tokens": tokens.split(), "tags": tags.split(), "intent": intent})
            for tokens, tags, intent in rows
        ]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
        data[name] = f"{name}.jsonl"
    return parse_config({"name": "x", "task": task, "data": data}, folder=folder)


TRAIN = [(f"go to city{i}", "O O B-city", "go") for i in range(8)] + [(f"w{i} x", "O O", "talk") for i in range(8)]


def test_types_and_intents_come_from_train(tmp_path: Path) -> None:
    dataset = load_tagged(config(tmp_path, "joint", train=TRAIN))
    assert dataset.entities == ("city",)
    assert dataset.intents == ("go", "talk")
    assert {name: len(rows) for name, rows in dataset.parts.items()} == {"train": 12, "dev": 4}
    assert load_tagged(config(tmp_path, "tagging", train=TRAIN)).intents == ()


def test_rows_drawn_apart_repeat_train_where_texts_are_equal(tmp_path: Path) -> None:
    together = config(tmp_path, "joint", train=TRAIN * 4)
    data = together.data.model_copy(update={"equal_texts": "apart"})
    for drawn, repeated in ((together, 0), (together.model_copy(update={"data": data}), 16)):
        parts = load_tagged(drawn).parts
        assert sum(text in parts["train"].texts for text in parts["dev"].texts) == repeated


def test_what_train_lacks_is_named_and_counted(tmp_path: Path) -> None:
    dev = [("to Rome", "O B-city", "go"), ("at noon", "O B-time", "sing")]
    dataset = load_tagged(config(tmp_path, "joint", train=TRAIN, dev=dev))
    assert dataset.warnings == (
        'dev: the entity type "time" (1 entity) does not occur in train; it counts as missed.',
        'dev: the intent "sing" (1 row) does not occur in train; this row counts as wrong.',
    )


def test_repairs_are_told(tmp_path: Path) -> None:
    dataset = load_tagged(config(tmp_path, "tagging", train=[*TRAIN, ("in Rome", "O I-city", "go")]))
    assert dataset.repaired == {"train": 1}
    assert "train: 1 ill-formed tag was repaired." in dataset.warnings


@pytest.mark.parametrize(
    ("task", "parts", "says"),
    [
        ("tagging", {"train": [(f"a b{i}", "O O", "go") for i in range(8)]}, 'every training token has the tag "O"'),
        ("joint", {"train": TRAIN[:8]}, 'every training row has the intent "go"'),
        ("tagging", {"train": TRAIN, "dev": [("at noon", "O B-time", "")]}, "No entity type of dev"),
    ],
)
def test_what_cannot_be_learned_is_refused(tmp_path: Path, task: str, parts: Any, says: str) -> None:
    with pytest.raises(DataError, match=says):
        load_tagged(config(tmp_path, task, **parts))


def test_the_fingerprint_follows_the_tags(tmp_path: Path) -> None:
    first = load_tagged(config(tmp_path, "tagging", train=TRAIN)).fingerprint
    other = load_tagged(config(tmp_path, "tagging", train=[*TRAIN[:-1], ("w7 x", "O B-city", "talk")]))
    assert first != other.fingerprint
