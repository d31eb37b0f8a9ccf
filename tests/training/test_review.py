"""Labels turned on purpose are found, right ones are left alone, and no copy gives an answer away."""

import csv
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.config_file import parse_config
from training.review import (
    LabelledRow,
    _fold,
    by_words,
    conflicts,
    doubts,
    near_conflicts,
    review,
    same_words,
)

RunCli = Callable[..., Any]

GOOD, BAD = ["warm", "bright", "clever", "lovely"], ["dull", "cold", "clumsy", "sad"]
FILLER = ["the", "film", "with", "music", "and", "story", "was"]


@pytest.fixture
def data(tmp_path: Path) -> tuple[Path, set[str]]:
    """300 rows of which 12 have the other label, and these."""
    draw = random.Random(4)
    rows, wrong = [], set()
    for number in range(300):
        words, label = (GOOD, "good") if number % 2 else (BAD, "bad")
        text = " ".join([*draw.choices(FILLER, k=6), *draw.choices(words, k=2), str(number)])
        if number % 25 == 3:
            wrong.add(text)
            label = "bad" if label == "good" else "good"
        rows.append((text, label))
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    return path, wrong


def config(path: Path, **data: Any) -> Any:
    return parse_config({"name": "x", "data": {"train": str(path), **data}})


def test_turned_labels_are_found(data: tuple[Path, set[str]]) -> None:
    path, wrong = data
    found = review(config(path))
    assert found.rows == 300
    # Of twelve, one has a single word to tell it by.
    first = found.doubts[:11]
    assert {doubt.text for doubt in first} <= wrong
    assert all(doubt.given != doubt.suggested and 0 < doubt.doubt <= 1 for doubt in found.doubts)
    assert [doubt.doubt for doubt in found.doubts] == sorted((d.doubt for d in found.doubts), reverse=True)
    assert len(found.doubts) < 2 * len(wrong)
    assert {doubt.part for doubt in found.doubts} <= {"train", "dev", "test"}
    # Each text ends with its place in the file, whichever part it was drawn for.
    assert all(doubt.row == 1 + int(doubt.text.split()[-1]) for doubt in found.doubts)
    assert found.files == dict.fromkeys(("train", "dev", "test"), "rows.csv")


def test_a_text_with_two_labels_is_a_conflict_and_never_learned_and_asked(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [
        {"text": f"{word} {n}", "label": label}
        for n in range(40)
        for word, label in (("warm", "a"), ("cold", "b"))
    ]
    rows += [{"text": "warm  1", "label": "b"}, {"text": " WARM 1!", "label": "b"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (conflict,) = review(config(path, dev=0.2, test="none")).conflicts
    assert conflict.labels == {"a": 1, "b": 2}
    assert _fold("warm  1") == _fold(" warm 1 ")


def test_texts_are_the_same_by_all_their_words() -> None:
    long = " ".join(map(str, range(40)))
    texts = [
        (f"{long} end", "a"),
        (f"{long.upper()}, END.", "b"),
        (f"{long} fin", "b"),
        (":(", "a"),
        (":)", "b"),
    ]
    rows = [LabelledRow("train", n, text, label) for n, (text, label) in enumerate(texts, 1)]
    (conflict,) = conflicts(by_words(rows))
    assert conflict.labels == {"a": 1, "b": 1}
    assert conflict.text == f"{long} end"
    assert same_words("不 好!") == same_words("不 好") != same_words("好")


def test_almost_the_same_words_with_other_labels_are_told_once() -> None:
    texts = [
        ("train", "The parcel came on a Monday!", "late"),
        ("train", "the parcel came on a monday", "late"),
        ("dev", "the parcel came on a monday morning", "lost"),
        ("dev", "my card was charged twice by you", "bill"),
        ("test", "my card was charged twice, by you.", "lost"),
        ("test", "my card was charged twice by you again", "late"),
    ]
    rows = [LabelledRow(part, n, text, label) for n, (part, text, label) in enumerate(texts, 1)]
    (pair,) = near_conflicts(by_words(rows))
    assert (pair.first.number, pair.second.number, pair.alike) == (1, 3, 0.8)
    # A text with several labels is listed as such: rows like it are not.
    assert [conflict.labels for conflict in conflicts(by_words(rows))] == [{"bill": 1, "lost": 1}]


def test_a_label_without_rows_is_never_suggested() -> None:
    rows = [LabelledRow("dev", 1, "x", "a"), LabelledRow("dev", 2, "y", "a")]
    p = np.array([[0.9, 0.05, 0.05], [0.1, 0.05, 0.85]])
    assert list(doubts(rows, ("a", "b", "c"), p)) == []


def test_the_verb_prints_the_worst_first_and_writes_all(
    engram: RunCli, data: tuple[Path, set[str]], tmp_path: Path
) -> None:
    path, wrong = data
    (tmp_path / "run.toml").write_text(f'name = "x"\ndata.train = "{path}"\n')
    listed = tmp_path / "doubts.csv"
    shown = engram("review", tmp_path / "run.toml", "--most", 3, "--output", listed)
    assert shown.code == 0
    assert len(shown.out.splitlines()) == 3
    for line in shown.out.splitlines():
        place, perhaps = re.fullmatch(
            r"rows\.csv, row (\d+) \((?:train|dev|test)\): .* perhaps .* (\d+)", line
        ).groups()  # type: ignore[union-attr]
        assert int(place) == 1 + int(perhaps)
    with listed.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["text"] for row in rows} & wrong) >= 11
    assert f"{len(rows)} of 300 rows" in shown.err
    again = engram("review", tmp_path / "run.toml", "--output", listed)
    assert (again.code, "exists already" in again.err) == (2, True)
    as_json = json.loads(engram("review", tmp_path / "run.toml", "--json").out)
    assert len(as_json["doubts"]) == len(rows)


def test_the_verb_lists_almost_equal_texts(engram: RunCli, tmp_path: Path) -> None:
    rows = [(f"{word} film {n} seen with them", word) for n in range(20) for word in ("warm", "cold")]
    text = "a long film about music and the sea"
    rows += [(text, "warm"), (f"{text} shore", "cold")]
    with (tmp_path / "rows.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    (tmp_path / "run.toml").write_text('name = "x"\ndata.train = "rows.csv"\n')
    shown = engram("review", tmp_path / "run.toml")
    (line,) = [line for line in shown.out.splitlines() if line.startswith("almost the same words (86%): ")]
    assert line.endswith((f"{text} / {text} shore", f"{text} shore / {text}"))
    (pair,) = json.loads(engram("review", tmp_path / "run.toml", "--json").out)["pairs"]
    assert {pair["first"]["label"], pair["second"]["label"]} == {"warm", "cold"}


@pytest.mark.parametrize(
    ("task", "rows", "said"),
    [
        ("multilabel", 'a b,"[""x""]"\n' * 9 + 'c,"[""y""]"\n' * 9, 'not "multilabel"'),
        ("classification", "a,x\nb,y\nc,x\nd,y\n", "4 rows are too few"),
    ],
)
def test_what_cannot_be_reviewed_is_said(
    engram: RunCli, tmp_path: Path, task: str, rows: str, said: str
) -> None:
    (tmp_path / "rows.csv").write_text(f"text,{'labels' if task == 'multilabel' else 'label'}\n{rows}")
    path = tmp_path / "run.toml"
    path.write_text(
        f'name = "x"\ntask = "{task}"\ndata.train = "rows.csv"\ndata.dev = 0.5\ndata.test = "none"\n'
    )
    refused = engram("review", path)
    assert (refused.code, said in refused.err) == (2, True), refused.err
