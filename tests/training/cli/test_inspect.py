import argparse
import json

import pytest

from models.errors import ConfigError, DataError
from training.cli import inspect

CONFIG = """
name = "x"
[data]
train = "train.jsonl"
dev = "dev.jsonl"
test = "test.jsonl"
[text]
min_count = 1
max_length = 3
"""
TRAIN = [
    ("one two three four", "a"),
    ("one  two three four ", "b"),
    ("five", "b"),
    ("five", "b"),
    ("[/bold] \ud800 \x1b[31m", "a"),
    ("...", "[red]"),
    ("", "a"),
    ("six", None),
]
DEV = [("one new", "a"), ("two", "b")]
TEST = [("five", "a"), ("one two three four five six", "b"), ("　 ", "b"), ("what", "c"), ("", "a")]


def run(folder, *more):
    parser = argparse.ArgumentParser()
    inspect.add_arguments(parser)
    return inspect.run(parser.parse_args([str(folder / "run.toml"), *more]))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "run.toml").write_text(CONFIG)
    for name, rows in (("train", TRAIN), ("dev", DEV), ("test", TEST)):
        lines = (json.dumps({"text": text, "label": label}) + "\n" for text, label in rows)
        (tmp_path / f"{name}.jsonl").write_text("".join(lines))
    return tmp_path


@pytest.fixture
def facts(folder, capsys):
    assert run(folder, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_rows_and_labels_of_every_part(facts):
    assert {name: part["rows"] for name, part in facts["parts"].items()} == {"train": 6, "dev": 2, "test": 3}
    assert facts["parts"]["train"]["labels"] == {"[red]": 1, "a": 2, "b": 3}
    assert facts["parts"]["test"]["labels"] == {"[red]": 0, "a": 1, "b": 1, "c": 1}


def test_skipped_rows_by_reason(facts):
    assert facts["skipped"] == {"train: no label": 1, "train: no text": 1, "test: no text": 2}


def test_duplicates_and_overlap_see_through_white_space(facts):
    assert [facts["parts"][name]["duplicates"] for name in ("train", "dev", "test")] == [2, 0, 0]
    assert [facts["parts"][name]["in_train"] for name in ("train", "dev", "test")] == [0, 0, 1]


def test_conflicts_are_counted_over_all_parts_and_shown(facts):
    assert facts["conflicting_texts"] == 2
    assert facts["conflicts"] == [
        {"text": "five", "labels": {"a": 1, "b": 2}},
        {"text": "one two three four", "labels": {"a": 1, "b": 1}},
    ]


def test_unknown_words_are_those_train_lacks_among_the_tokens_read(facts):
    assert facts["parts"]["train"]["unknown"] == 0
    # "two" stands only in the middle of a text that train cuts to its first and last two tokens.
    assert facts["parts"]["dev"]["unknown"] == pytest.approx(2 / 3)
    # Read: "five", "one five six", "what".
    assert facts["parts"]["test"]["unknown"] == pytest.approx(2 / 5)


def test_lengths_are_counted_before_truncation(facts):
    assert facts["parts"]["test"]["length_quantiles"]["1"] == 6
    assert facts["parts"]["test"]["length_quantiles"]["0.5"] == 1
    assert facts["parts"]["test"]["truncated"] == pytest.approx(1 / 3)


def test_warnings_name_labels_that_train_lacks(facts):
    assert any('the label "c" (1 row) does not occur in train' in warning for warning in facts["warnings"])


def test_a_person_gets_a_table_with_no_markup_read_in_the_data(folder, capsys):
    assert run(folder) == 0
    out = capsys.readouterr().out
    for part in ("train", "dev", "test", "[red]", "Texts with conflicting labels: 2", "unknown tokens"):
        assert part in out
    assert "\x1b" not in out


def test_values_can_be_set(folder, capsys):
    run(folder, "--json", "--set", "text.max_length=1", "--set", "data.test=none")
    facts = json.loads(capsys.readouterr().out)
    assert list(facts["parts"]) == ["train", "dev"]
    assert facts["parts"]["dev"]["truncated"] == 0.5


def test_a_wrong_config_is_refused_before_the_data_is_read(folder):
    (folder / "train.jsonl").unlink()
    with pytest.raises(ConfigError):
        run(folder, "--set", "text.max_lenght=1")
    with pytest.raises(DataError, match="There is no file"):
        run(folder)
