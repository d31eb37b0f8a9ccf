"""Tagged tokens from files: read, repaired and counted, or refused with the row."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from models.errors import DataError
from models.text.tags import Span
from training.data.tagged import TaggedLayout, read_tagged, text_of

LAYOUT = TaggedLayout()
JOINT = TaggedLayout(intent="intent")


def written(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    return path


def row(tokens: str, tags: str, **more: Any) -> dict[str, Any]:
    return {"tokens": tokens.split(), "tags": tags.split(), **more}


def test_rows_become_texts_with_entities_by_code_point(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        row("fly to New York 🙂 now", "O O B-city I-city O O", intent="travel"),
        row("管 家 ， 订 3:00 的 票", "O O O O B-time O B-task", intent="order"),
    )
    rows = read_tagged(path, JOINT).rows
    assert rows.texts == ("fly to New York🙂now", "管家，订3:00的票")
    assert rows.entities[0] == (Span(7, 15, "city"),)
    assert [rows.texts[1][span.start : span.end] for span in rows.entities[1]] == ["3:00", "票"]
    assert rows.intents == ("travel", "order")


def test_conll_columns_say_the_same_as_json_lines(tmp_path: Path) -> None:
    lines = [
        "-DOCSTART- -X- O O",
        "",
        "# intent = travel",
        "fly VB O",
        "New NNP B-city",
        "York NNP I-city",
        "",
        "",
        "# O",
        "Taipei NNP\tB-city",
    ]
    path = tmp_path / "rows.conll.gz"
    path.write_bytes(gzip.compress("\r\n".join(lines).encode("utf-8-sig")))
    reading = read_tagged(path, LAYOUT)
    assert reading.rows.texts == ("fly New York", "# Taipei")
    assert reading.rows.entities == ((Span(4, 12, "city"),), (Span(2, 8, "city"),))
    joint = read_tagged(path, JOINT)
    assert joint.rows.intents == ("travel",)
    assert joint.skipped == {"no intent": 1}


def test_bioes_is_found_in_the_tags_of_the_whole_file(tmp_path: Path) -> None:
    path = written(tmp_path, row("a b c", "B-x E-x O"), row("a b", "S-x S-x"))
    reading = read_tagged(path, LAYOUT)
    assert reading.repaired == 0
    assert [len(spans) for spans in reading.rows.entities] == [1, 2]


def test_ill_formed_tags_are_repaired_and_counted(tmp_path: Path) -> None:
    path = written(tmp_path, row("a b c d", "O I-x I-x O"), row("a b", "B-x I-y"), row("a", "B-x"))
    reading = read_tagged(path, LAYOUT)
    assert reading.repaired == 2
    assert reading.rows.entities[0] == (Span(2, 5, "x"),)
    assert reading.rows.entities[1] == (Span(0, 1, "x"), Span(2, 3, "y"))


def test_empty_sentences_are_skipped_and_counted(tmp_path: Path) -> None:
    path = written(tmp_path, row("", ""), row("a", "O"), {"tokens": None, "tags": None})
    reading = read_tagged(path, LAYOUT)
    assert len(reading.rows) == 1
    assert reading.rows.numbers == (2,)
    assert reading.skipped == {"no token": 2}


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (row("a b", "O"), "row 2 (line 2): there are 2 tokens but 1 tag; every token has one tag."),
        (row("a", "O O"), "there is 1 token but 2 tags"),
        ({"tokens": ["a"], "tags": None}, "there is 1 token but 0 tags"),
        ({"tokens": ["a"], "tags": [""]}, 'token 1: "" is no tag'),
        (row("a", "B-"), '"B-" is no tag'),
        (row("a", "PER"), 'row 2 (line 2): token 1: "PER" is no tag'),
        ({"tokens": ["a"], "tags": ["B-new york"]}, "white space"),
        ({"tokens": ["a"], "tags": [3]}, "the tag 3, not a string"),
        ({"tokens": "a b", "tags": ["O", "O"]}, "str 'a b', not a list"),
        ({"tokens": [1], "tags": ["O"]}, "the token 1, not a string"),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, bad: dict[str, Any], says: str) -> None:
    path = written(tmp_path, row("a", "O"), bad)
    with pytest.raises(DataError) as caught:
        read_tagged(path, LAYOUT)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_hyphen_in_a_type_is_part_of_it(tmp_path: Path) -> None:
    path = written(tmp_path, row("a b", "B-time-range I-time-range"))
    assert read_tagged(path, LAYOUT).rows.entities[0] == (Span(0, 3, "time-range"),)


def test_other_marks_in_a_type_are_part_of_it_and_of_an_intent(tmp_path: Path) -> None:
    path = written(tmp_path, row("a b", "B-a|b;c I-a|b;c", intent="x#y"))
    rows = read_tagged(path, JOINT).rows
    assert rows.entities[0] == (Span(0, 3, "a|b;c"),)
    assert rows.intents == ("x#y",)


def test_words_stay_apart_where_an_empty_token_stands_between_them(tmp_path: Path) -> None:
    path = written(tmp_path, {"tokens": ["", "to", "", "Rome"], "tags": ["O", "O", "O", "B-city"]})
    rows = read_tagged(path, LAYOUT).rows
    assert rows.texts == ("to Rome",)
    assert rows.entities[0] == (Span(3, 7, "city"),)


def test_a_line_with_one_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.txt"
    path.write_text("a O\nb\n")
    with pytest.raises(DataError, match=r"row 1 \(line 2\) has one column, 'b'"):
        read_tagged(path, LAYOUT)


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no row with tokens and tags \(no token: 1\)"):
        read_tagged(written(tmp_path, row("", "")), LAYOUT)


def test_the_same_word_twice_is_two_places() -> None:
    text, spans = text_of(["Rome", "to", "Rome"], [Span(0, 1, "a"), Span(2, 3, "b")])
    assert text == "Rome to Rome"
    assert spans == (Span(0, 4, "a"), Span(8, 12, "b"))
