"""Files whose tags are odd, from the command line: repaired and counted, or refused in one sentence."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

Row = tuple[str, str, str]


def write_rows(path: Path, rows: Sequence[Row]) -> Path:
    lines = [
        json.dumps({"tokens": tokens.split(), "tags": tags.split(), "intent": intent})
        for tokens, tags, intent in rows
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refused(done: Any, says: str) -> None:
    """Exit code 2, and one sentence last of what was said."""
    assert done.code == 2
    assert done.out == ""
    last = done.err.splitlines()[-1]
    assert says in last
    assert last.endswith(".")
    assert "Traceback" not in done.err


def test_one_tag_in_train_and_new_tags_in_dev_are_learned_and_judged(
    write_trips: Callable[..., Path], tmp_path: Path, engram: Callable[..., Any]
) -> None:
    config = write_trips(tmp_path)
    write_rows(tmp_path / "rows.jsonl", [("Rome", "B-dest", "come"), ("Oslo", "B-dest", "go")] * 8)
    dev = [
        ("Rome Oslo", "B-dest B-dest", "go"),
        ("at noon", "B-time I-time", "sing"),
        ("to Rome", "O I-dest", "go"),
    ]
    write_rows(tmp_path / "dev.jsonl", [*dev, ("", "", "go")])
    settings = [
        "data.dev=dev.jsonl",
        "data.test=none",
        "training.epochs=1",
        "output.onnx=false",
        "model.characters=none",
    ]
    done = engram("train", config, *(f"--set={each}" for each in settings))
    assert done.code == 0, done.err
    for note in (
        'dev: the entity type "time" (1 entity) does not occur in train; it counts as missed.',
        'dev: the intent "sing" (1 row) does not occur in train; this row counts as wrong.',
        "dev: 1 ill-formed tag was repaired.",
        "skipped: 1 row (dev: no token)",
        "train 16 rows, dev 3 rows; 1 entity type, 2 intents",
    ):
        assert note in done.err
    manifest = json.loads((Path(done.out.strip()) / "manifest.json").read_text(encoding="utf-8"))
    metrics = {name: figure["value"] for name, figure in manifest["dev"]["metrics"].items()}
    assert metrics["recall"] <= 3 / 4
    assert metrics["accuracy"] <= metrics["intent_accuracy"] <= 2 / 3


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("to Rome", "O", "go"), "there are 2 tokens but 1 tag; every token has one tag"),
        (("to", "O B-dest", "go"), "there is 1 token but 2 tags; every token has one tag"),
        (("to Rome", "O dest", "go"), 'token 2: "dest" is no tag'),
    ],
)
@pytest.mark.parametrize("part", ["train", "dev"])
def test_a_row_that_cannot_be_read_ends_the_run(
    write_trips: Callable[..., Path],
    tmp_path: Path,
    engram: Callable[..., Any],
    part: str,
    row: Row,
    says: str,
) -> None:
    config = write_trips(tmp_path)
    data = write_rows(tmp_path / "odd.jsonl", [("leave Oslo", "O B-departure", "go"), row])
    done = engram("train", config, f"--set=data.{part}=odd.jsonl")
    refused(done, f"{data}, row 2 (line 2): {says}")


def test_types_a_saved_model_does_not_know_are_told_and_count_as_missed(
    trips: Path, tmp_path: Path, engram: Callable[..., Any]
) -> None:
    known, unknown = ("leave Rome", "O B-departure", "go"), ("leave noon", "O B-unheard", "go")
    done = engram("evaluate", trips, write_rows(tmp_path / "a.jsonl", [known, unknown]), "--json")
    assert done.code == 0, done.err
    assert 'the entity type "unheard" (1 entity) does not occur in train; it counts as missed.' in done.err
    assert json.loads(done.out)["recall"] == 0.5
    done = engram("evaluate", trips, write_rows(tmp_path / "b.jsonl", [unknown]))
    refused(done, "b.jsonl occurs in train: ")
