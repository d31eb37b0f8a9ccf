"""The mark between the fields is found by the rows, and stays what the name says in doubt."""

import pytest

from models.errors import DataError
from training.data.delimiter import declared_delimiter, find_delimiter
from training.data.records import column_names, read_columns


@pytest.mark.parametrize(
    ("text", "expected", "found"),
    [
        ("a,b\n1,2\n", ",", ","),
        ("a;b\n1;2\n", ",", ";"),
        ("a\tb\n1\t2\n", ",", "\t"),
        ("a|b\n1|2\n", ",", "|"),
        ("a,b\n1,2\n", "\t", ","),
        # What fits by the name wins over what fits too.
        ("a;x,b\n1;y,2\n", ",", ","),
        ("a;x,b\n1;y,2\n", ";", ";"),
        # A comma within a text, a mark within quotes, a line break within them, blank lines.
        ("text;label\nGood, really;1\nBad;0\n", ",", ";"),
        ('text,label\n"a;b\nc;d",1\n\n"e",0\n', ",", ","),
        ('text;label\n"a ""quoted"", b\n;";1\n', ",", ";"),
        # One column, whatever its texts hold.
        ("text\nGood; really\nBad\n", ",", ","),
        # Broken rows: as the header says.
        ("text;label\nGood;1\nBad;0;1\nx\n", ",", ";"),
        ("text,label\nGood,1\nBad, or not,0\n", ",", ","),
        ("sep=;\na;b\n1;2\n", ",", ";"),
        ("", ",", ","),
        ("\n\n", ",", ","),
    ],
)
def test_the_mark_at_which_all_rows_agree(text: str, expected: str, found: str) -> None:
    assert find_delimiter(text.splitlines(keepends=True), expected, whole=True) == found


def test_a_last_row_that_is_cut_does_not_count() -> None:
    lines = ["a;b\n", "1;2\n", '3;"begun;\n']
    assert find_delimiter(lines, ",", whole=False) == ";"


def test_only_a_line_that_declares_a_mark_does() -> None:
    assert [declared_delimiter(line) for line in ("sep=;\r\n", "sep=\t\n", "sep=\n", "sep=ab", "a,sep=;")] == [
        ";", "\t", None, None, None
    ]  # fmt: skip


def test_files_of_spreadsheets_are_read(write) -> None:
    path = write("a.csv", '\ufeffsep=;\r\nText;Label\r\n"eins; zwei\nund, drei";x\r\nvier;y\r\n')
    assert column_names(path) == ["Text", "Label"]
    records = list(read_columns(path, ["Label", "Text"]))
    assert [record.values for record in records] == [("x", "eins; zwei\nund, drei"), ("y", "vier")]
    assert [record.row for record in records] == [1, 2]


def test_a_broken_row_of_such_a_file_is_named(write) -> None:
    path = write("a.csv", "text;label\ngood, fine;1\nbad;0\nso;so;0\n")
    with pytest.raises(DataError, match=r"row 3 \(line 4\) has 3 fields, but the header has 2"):
        list(read_columns(path, ["text"]))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.xlsx", b"PK", 'save this spreadsheet as "CSV UTF-8"'),
        ("a.csv", "text,label\n".encode("utf-16"), "it seems to be UTF-16; save the file as UTF-8"),
        ("a.csv", "text;label\nschön;1\n".encode("cp1252"), "row 1 (line 2) is not UTF-8: byte 0xf6"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(tmp_path, name: str, data: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(DataError) as refused:
        column_names(path)
        list(read_columns(path, ["text"]))
    assert said in str(refused.value)
