import gzip
import subprocess
import sys

import pyarrow
import pyarrow.parquet
import pytest

from models.errors import DataError
from training.data.records import column_names, read_columns

TWO = [("good", "1"), ("bad", "0")]


def values(path, *columns):
    return [record.values for record in read_columns(path, columns or ("text", "label"))]


def refusal(path, *columns):
    with pytest.raises(DataError) as caught:
        values(path, *columns)
    assert caught.value.exit_code == 2
    message = str(caught.value)
    assert str(path) in message
    return message


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "text,label\ngood,1\nbad,0\n"),
        ("a.CSV", "label,other,text\n1,x,good\n0,y,bad"),
        ("a.tsv", "text\tlabel\ngood\t1\nbad\t0\n"),
        ("a.jsonl", '{"text": "good", "label": "1"}\n{"label": "0", "text": "bad"}\n'),
        ("a.ndjson", '{"text": "good", "label": "1"}\n\n{"label": "0", "text": "bad"}'),
    ],
)
def test_every_format_gives_the_same_rows(write, name, content, ending):
    path = write(name + ending, content)
    assert values(path) == TWO
    assert {"text", "label"} <= set(column_names(path))


def test_parquet_gives_the_same_rows(tmp_path):
    path = tmp_path / "a.parquet"
    table = pyarrow.table({"label": ["1", "0"], "n": [1, 2], "text": ["good", "bad"]})
    pyarrow.parquet.write_table(table.set_column(2, "text", table["text"].dictionary_encode()), path)
    assert values(path) == TWO
    assert column_names(path) == ["label", "n", "text"]
    assert [record.place for record in read_columns(path, ["text"])] == ["row 1", "row 2"]


@pytest.mark.parametrize("content", ["text,label\r\ngood,1\r\nbad,0\r\n", "\ufefftext,label\ngood,1\nbad,0"])
def test_byte_order_mark_and_crlf_are_read(write, content):
    assert values(write("a.csv", content)) == TWO


def test_json_lines_with_byte_order_mark_and_crlf_are_read(write):
    assert values(write("a.jsonl", '\ufeff{"text": "a", "label": 1}\r\n{"text": "b", "label": 2}\r\n')) == [
        ("a", 1),
        ("b", 2),
    ]


def test_quoted_newlines_separators_and_quotes_are_part_of_the_text(write):
    path = write("a.csv", 'text,label\n"one\r\ntwo, ""three""",1\n\nfour,0\n')
    records = list(read_columns(path, ["text", "label"]))
    assert [record.values for record in records] == [('one\r\ntwo, "three"', "1"), ("four", "0")]
    assert [record.place for record in records] == ["row 1 (line 2)", "row 2 (line 5)"]


def test_a_field_of_a_megabyte_is_read(write):
    text = "word " * 200_000
    assert values(write("a.csv", f"text,label\n{text},1\n")) == [(text, "1")]


def test_plain_lines_are_texts_with_the_breaks_of_other_systems_inside_kept(write):
    path = write("a.txt", "one\u2028still one\r\n\ntwo\x0bstill two\n")
    assert values(path, "text") == [("one\u2028still one",), ("",), ("two\x0bstill two",)]
    assert column_names(path) == ["text"]


def test_json_rows_may_lack_a_column_that_others_have(write):
    path = write("a.jsonl", '{"text": "a"}\n{"text": "b", "label": 1}\n')
    assert values(path) == [("a", None), ("b", 1)]


def test_a_long_file_is_read_row_by_row(write):
    path = write("a.csv", "text,label\n" + "a,1\n" * 3 + "broken\n")
    records = read_columns(path, ["text", "label"])
    assert [next(records).row for _ in range(3)] == [1, 2, 3]
    with pytest.raises(DataError, match="row 4"):
        next(records)


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.txt", "a.csv.gz"])
def test_a_missing_file_is_refused(tmp_path, name):
    assert "There is no file" in refusal(tmp_path / name, "text")


def test_a_folder_is_refused(tmp_path):
    (tmp_path / "a.csv").mkdir()
    assert "is a folder" in refusal(tmp_path / "a.csv")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.txt", "a.csv.gz"])
def test_an_empty_file_is_refused(write, name):
    assert "is empty" in refusal(write(name, ""), "text")


def test_a_file_that_holds_only_a_byte_order_mark_is_refused(write):
    assert "is empty" in refusal(write("a.csv", b"\xef\xbb\xbf"))


@pytest.mark.parametrize("name", ["a.xlsx", "a", "a.gz", "a.parquet.gz", ".csv"])
def test_an_unknown_format_is_refused_with_the_known_ones(write, name):
    assert ".csv, .tsv, .jsonl or .txt" in refusal(write(name, "text,label\n"))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_a_missing_column_is_named_with_the_nearest(write, tmp_path, name):
    path = tmp_path / name
    if name == "a.parquet":
        pyarrow.parquet.write_table(pyarrow.table({"txt": ["a"], "label": ["b"]}), path)
    else:
        write(name, "txt,label\na,b\n" if name == "a.csv" else '{"txt": "a", "label": "b"}\n')
    message = refusal(path)
    assert 'has no column "text", did you mean "txt"?' in message
    assert 'Its columns are "txt", "label"' in message


def test_a_column_that_stands_twice_is_refused(write):
    assert '2 columns named "text"' in refusal(write("a.csv", "text,text,label\na,b,c\n"))


@pytest.mark.parametrize("row", ["only text", "text, with comma,1"])
def test_a_row_of_another_width_is_refused(write, row):
    message = refusal(write("a.csv", f"text,label\ngood,1\n{row}\n"))
    assert "row 2 (line 3) has" in message
    assert "the header has 2" in message


@pytest.mark.parametrize("row", ['"never closed,1', '"closed" too early,1'])
def test_a_broken_quote_is_refused(write, row):
    assert "row 2 (line 4) is broken" in refusal(write("a.csv", f'text,label\n"a\nb",1\n{row}\nc,1\n'))


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"text,label\ngood,1\ncaf\xe9,0\n"),
        ("a.tsv", b"text\tlabel\ngood\t1\ncaf\xe9\t0\n"),
        ("a.jsonl", b'\n{"text": "good", "label": 1}\n{"text": "caf\xe9", "label": 1}\n'),
    ],
)
def test_another_encoding_is_refused_with_row_line_and_byte(write, name, content, ending):
    message = refusal(write(name + ending, content))
    assert "row 2 (line 3) is not UTF-8: byte 0xe9" in message
    assert "save the file as UTF-8" in message


def test_utf_16_is_refused(write):
    assert "is not UTF-8: byte 0xff at position 1" in refusal(write("a.csv", TWO[0][0].encode("utf-16")))


@pytest.mark.parametrize("cut", [5, 200, -4])
def test_gzip_that_was_cut_off_is_refused(tmp_path, cut):
    path = tmp_path / "a.csv.gz"
    rows = "".join(f"text {i * 7919 % 1000},{i}\n" for i in range(2000))
    path.write_bytes(gzip.compress(("text,label\n" + rows).encode())[:cut])
    assert "is broken gzip after row" in refusal(path)


def test_gzip_with_flipped_bytes_is_refused(tmp_path):
    path = tmp_path / "a.csv.gz"
    content = bytearray(gzip.compress(b"text,label\n" + b"a,1\n" * 2000))
    content[30] ^= 0xFF
    path.write_bytes(content)
    assert "is broken gzip" in refusal(path)


def test_a_file_called_gzip_that_is_none_is_refused(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_text("text,label\na,1\n")
    assert "is broken gzip after row 0: Not a gzipped file" in refusal(path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "a", ', "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('["a", 1]', "is not a JSON object; write one object a line"),
        ("3", "is not a JSON object"),
    ],
)
def test_a_broken_json_row_is_refused(write, line, message):
    path = write("a.jsonl", '{"text": "a", "label": 1}\n\n' + line + "\n")
    assert f"row 2 (line 3) {message}" in refusal(path)


def test_parquet_that_is_none_is_refused(write):
    assert "cannot be read as Parquet" in refusal(write("a.parquet", "text,label\n"))


def test_damaged_parquet_is_refused(tmp_path):
    path = tmp_path / "a.parquet"
    table = pyarrow.table({"text": [f"text {i}" for i in range(5000)], "label": ["1"] * 5000})
    pyarrow.parquet.write_table(table, path, compression="gzip")
    content = bytearray(path.read_bytes())
    content[20:2000] = bytes(1980)
    path.write_bytes(content)
    assert "Parquet" in refusal(path)


def test_text_formats_are_read_without_pyarrow(write):
    path = write("a.csv", "text,label\na,1\n")
    code = (
        "import sys, pathlib; from training.data.records import read_columns; "
        f"list(read_columns(pathlib.Path({str(path)!r}), ['text'])); sys.exit('pyarrow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
