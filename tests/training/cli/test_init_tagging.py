"""A config for tagged tokens, and what inspect says of them."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROWS = [
    {"tokens": ["go", "to", f"City{i}"], "tags": ["O", "O", "B-city"], "intent": ("go", "stay")[i % 2]}
    for i in range(40)
]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    return path


def test_tokens_tags_and_intents_are_found(tmp_path: Path, engram: Callable[..., Any]) -> None:
    data = write(tmp_path / "trips.jsonl", ROWS)
    done = engram("init", "--data", data, "--output", tmp_path / "run.toml")
    assert done.code == 0, done.err
    config = tomllib.loads((tmp_path / "run.toml").read_text())
    assert (config["task"], config["text"]["truncate"], config["training"]["monitor"]) == (
        "joint",
        "head",
        "f1",
    )
    assert config["model"]["characters"] == "cnn"
    inspected = engram("inspect", tmp_path / "run.toml", "--json")
    assert inspected.code == 0, inspected.err
    facts = json.loads(inspected.out)
    assert facts["parts"]["train"]["labels"]["city"] == facts["parts"]["train"]["rows"]


def test_the_task_may_be_given(tmp_path: Path, engram: Callable[..., Any]) -> None:
    data = write(tmp_path / "trips.jsonl", ROWS)
    done = engram("init", "--data", data, "--task", "tagging", "--output", tmp_path / "run.toml")
    assert done.code == 0, done.err
    assert tomllib.loads((tmp_path / "run.toml").read_text())["task"] == "tagging"


def test_chinese_columns_are_read_by_character(tmp_path: Path, engram: Callable[..., Any]) -> None:
    lines = [f"去 O\nA B-line\n{i} I-line\n站 O\n" for i in range(10)]
    (tmp_path / "stops.bio").write_text("\n".join(lines), encoding="utf-8")
    done = engram("init", "--data", tmp_path / "stops.bio", "--output", tmp_path / "run.toml")
    assert done.code == 0, done.err
    assert 'The task is "tagging"' in done.err
    assert tomllib.loads((tmp_path / "run.toml").read_text())["text"]["unit"] == "character"
