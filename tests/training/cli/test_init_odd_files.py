"""Files as strangers bring them: what is guessed of each, and what is said of those that cannot be used."""

import csv
import io
import uuid
from pathlib import Path

import pytest

from models.errors import DataError
from tests.training.cli.test_init import written

TEXTS = [
    f"Das Essen war {'wirklich gut' if n % 2 else 'leider kalt; und fade'}, Besuch {n}" for n in range(40)
]
WORDS = ["schlecht", "gut"]
SCORES = ["1", "2", "3", "4"]
ONE_NAME = ('"Gut" = "gut"', '"gut" = "Gut"')
TOPICS = ["food", "food; price", "service", "price", "service;price"]


def save(folder: Path, header: list[str] | None, rows: list[tuple], mark: str = ",", **options) -> Path:
    """A file ``kunden.csv`` as a spreadsheet writes it."""
    text = io.StringIO()
    csv.writer(text, delimiter=mark, **options).writerows([header, *rows] if header else rows)
    path = folder / "kunden.csv"
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    return path


ODD = {
    "semicolons": (
        ["Kommentar", "note 1-5"],
        [(text, SCORES[n % 4]) for n, text in enumerate(TEXTS)],
        {"mark": ";"},
        ("Kommentar", "note 1-5", "classification"),
    ),
    "tabs in a .csv": (
        ["review text", "sentiment_label"],
        [(text, WORDS[n % 2]) for n, text in enumerate(TEXTS)],
        {"mark": "\t"},
        ("review text", "sentiment_label", "classification"),
    ),
    "chinese": (
        ["编号", "评论", "评分"],
        [(n, f"这家店第{n}次" + ("很好吃" if n % 2 else "太差了"), n % 2) for n in range(40)],
        {},
        ("评论", "评分", "classification"),
    ),
    "long identifiers": (
        ["uid", "link", "msg", "y"],
        [
            (uuid.UUID(int=n), f"https://example.org/reviews/{n}/{uuid.UUID(int=n)}", text, n % 2)
            for n, text in enumerate(TEXTS)
        ],
        {},
        ("msg", "y", "classification"),
    ),
    "times, and a remark that few rows have": (
        ["id", "created", "Freitext", "Anmerkung", "flag", "verdict"],
        [
            (n, f"2024-01-{1 + n % 9:02d} 10:00", text, *(("", "") if n % 10 else ("bitte " * 30, n % 20)),
             WORDS[n % 2])
            for n, text in enumerate(TEXTS)
        ],
        {},
        ("Freitext", "verdict", "classification"),
    ),
    "columns without names": (
        ["", "Text", "Label", "", ""],
        [*((n, text, WORDS[n % 2], "", "") for n, text in enumerate(TEXTS)), ("", "", "", "", "")],
        {},
        ("Text", "Label", "classification"),
    ),
    "everything quoted": (
        ["comment text", "Sentiment"],
        [(f'{text}\nund "mehr", ja', WORDS[n % 2]) for n, text in enumerate(TEXTS)],
        {"quoting": csv.QUOTE_ALL},
        ("comment text", "Sentiment", "classification"),
    ),
    "a title and who wrote it": (
        ["title", "reviewerID", "reviewText", "overall"],
        [("Gut so", f"A{n}", text, SCORES[n % 4]) for n, text in enumerate(TEXTS)],
        {},
        ("reviewText", "overall", "classification"),
    ),
    "a known word among other columns of few values": (
        ["Produkt", "Kommentar", "Bewertung"],
        [(["Tisch", "Stuhl"][n % 3 % 2], text, SCORES[n % 4]) for n, text in enumerate(TEXTS)],
        {},
        ("Kommentar", "Bewertung", "classification"),
    ),
    "a name with a known word and one that only looks like it": (
        ["comment_id", "customer comment", "region", "category_name"],
        [(f"c {n} of all", text, WORDS[n % 3 % 2], SCORES[n % 4]) for n, text in enumerate(TEXTS)],
        {},
        ("customer comment", "category_name", "classification"),
    ),
    "several labels": (
        ["text", "topics"],
        [(text, TOPICS[n % 5]) for n, text in enumerate(TEXTS)],
        {},
        ("text", "topics", "multilabel"),
    ),
    "labels with a comma in their names": (
        ["text", "department"],
        [(text, ["Home, Garden", "Books"][n % 2]) for n, text in enumerate(TEXTS)],
        {},
        ("text", "department", "classification"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_columns_and_task_are_found(tmp_path: Path, name: str) -> None:
    header, rows, options, (text, label, task) = ODD[name]
    config = written(tmp_path, save(tmp_path, header, rows, **options))
    assert (config.data.text_column, config.data.label_column, config.task) == (text, label, task)


def test_what_was_guessed_is_said_with_what_else_it_could_be(tmp_path: Path, capsys) -> None:
    rows = [(text, n % 2, "abc"[n % 3], n % 5) for n, text in enumerate(TEXTS)]
    written(tmp_path, save(tmp_path, ["was", "p", "q", "r"], rows, ";"))
    said = capsys.readouterr().err
    assert 'The columns are separated by ";", whatever the file\'s name says.' in said
    assert "it has the fewest different values, 2 (--label-column takes another: " in said
    assert '"q", "r")' in said


def test_the_file_may_stand_alone(tmp_path: Path) -> None:
    from training.cli.main import main

    path = save(tmp_path, ["text", "label"], [(text, WORDS[n % 2]) for n, text in enumerate(TEXTS)])
    output = str(tmp_path / "run.toml")
    assert main(["init", str(path), "--data", str(path), "--output", output]) == 2
    assert main(["init", "--output", output]) == 2
    assert main(["init", str(path), "--output", output]) == 0


@pytest.mark.parametrize("label_first", [True, False])
def test_a_file_without_a_header_is_refused_and_says_so(tmp_path: Path, label_first: bool) -> None:
    rows = [(n % 2, text) if label_first else (text, n % 2) for n, text in enumerate(TEXTS)]
    with pytest.raises(DataError, match=r"seems to have no header: its first row is .*such as text,label"):
        written(tmp_path, save(tmp_path, None, rows))


def test_labels_that_differ_in_case_only_are_pointed_out(tmp_path: Path, capsys) -> None:
    rows = [(text, ["gut", "Gut", "schlecht"][n % 3]) for n, text in enumerate(TEXTS)]
    written(tmp_path, save(tmp_path, ["text", "label"], rows))
    said = capsys.readouterr().err
    assert 'The labels "Gut", "gut" differ in case or spaces only' in said
    assert any(f"data.label_names = {{ {line} }} makes them one." in said for line in ONE_NAME)


def test_a_value_written_in_several_ways_counts_once_in_the_guess(tmp_path: Path) -> None:
    """Four branches, and three kinds of guest whatever their case."""
    guests = ["Regular", "new", "STAFF", "regular", "New", "staff"]
    rows = [(text, "NSWE"[n % 4], guests[n % 6]) for n, text in enumerate(TEXTS)]
    config = written(tmp_path, save(tmp_path, ["text", "Branch", "Guest"], rows))
    assert config.data.label_column == "Guest"


def test_names_of_columns_are_found_in_longer_ones(tmp_path: Path) -> None:
    rows = [("NSW"[n % 3], text, n % 4) for n, text in enumerate(TEXTS)]
    config = written(tmp_path, save(tmp_path, ["分店", "评论内容", "Mood?"], rows))
    assert (config.data.text_column, config.data.label_column) == ("评论内容", "Mood?")


def test_too_few_different_texts_to_split_are_named(tmp_path: Path) -> None:
    rows = [("Das war gut" if n % 2 else "Das war schlecht", WORDS[n % 2]) for n in range(40)]
    with pytest.raises(DataError, match="they hold 2 different texts, and equal ones stay together"):
        written(tmp_path, save(tmp_path, ["text", "label"], rows))
