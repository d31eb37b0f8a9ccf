import pyarrow
import pyarrow.parquet
import pytest

from models.errors import DataError
from training.data.rows import Layout, read_rows, read_texts

MULTILABEL = Layout(task="multilabel", label_column="labels")
PLAIN = Layout()


def refusal(path, layout=PLAIN):
    with pytest.raises(DataError) as caught:
        read_rows(path, layout)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_rows_without_text_or_label_are_counted_not_kept(write):
    reading = read_rows(write("a.csv", "text,label\ngood,1\n ,1\n,0\nbad,\nlast,0\n"), PLAIN)
    assert reading.rows.texts == ("good", "last")
    assert reading.rows.labels == (("1",), ("0",))
    assert reading.skipped == {"no text": 2, "no label": 1}


def test_texts_stay_as_they_are(write):
    """What is trained on is the text itself; ids come from the vocabulary alone (keras-team/keras#7026)."""
    written = ["  Two  spaces ", "NUL \\u0000", "\\ud800 alone", "<br />8/10", "很好"]
    path = write("a.jsonl", "".join(f'{{"text": "{text}", "label": "x"}}\n' for text in written))
    texts = ("  Two  spaces ", "NUL \0", "\ud800 alone", "<br />8/10", "很好")
    assert read_rows(path, PLAIN).rows.texts == texts


@pytest.mark.parametrize(
    ("value", "label"),
    [("1", "1"), ("1.0", "1"), ("0.5", "0.5"), ('"1"', "1"), ("true", "true"), ('" a "', "a"), ("-1", "-1")],
)
def test_a_label_may_be_a_number_or_a_truth_value(write, value, label):
    path = write("a.jsonl", f'{{"text": "a", "label": {value}}}\n')
    assert read_rows(path, PLAIN).rows.labels == ((label,),)


@pytest.mark.parametrize("value", ["null", "NaN", '""', '" "'])
def test_a_label_that_holds_nothing_is_missing(write, value):
    path = write("a.jsonl", f'{{"text": "a", "label": {value}}}\n{{"text": "b", "label": "x"}}\n')
    assert read_rows(path, PLAIN).skipped == {"no label": 1}


@pytest.mark.parametrize("value", ["[1]", '{"a": 1}', "Infinity"])
def test_a_label_of_another_type_is_refused(write, value):
    path = write("a.jsonl", f'{{"text": "a", "label": "x"}}\n{{"text": "a", "label": {value}}}\n')
    assert "row 2 (line 2): the label" in refusal(path)


@pytest.mark.parametrize("value", ["3", "true", '["a"]'])
def test_a_text_of_another_type_is_refused(write, value):
    path = write("a.jsonl", f'{{"text": {value}, "label": 1}}\n')
    assert 'row 1 (line 1): the column "text" holds' in refusal(path)


def test_parquet_numbers_nulls_and_nan(tmp_path):
    path = tmp_path / "a.parquet"
    table = pyarrow.table({"text": ["a", None, "c", "d"], "label": [0.0, 1.0, float("nan"), 1.0]})
    pyarrow.parquet.write_table(table, path)
    reading = read_rows(path, PLAIN)
    assert reading.rows.labels == (("0",), ("1",))
    assert reading.skipped == {"no text": 1, "no label": 1}


def test_a_file_without_a_usable_row_is_refused(write):
    assert "no row with text and label (no label: 1, no text: 1)" in refusal(
        write("a.csv", "text,label\n,1\na,\n")
    )
    assert "no row with text and label" in refusal(write("b.csv", "text,label\n"))


def test_labels_take_the_names_of_the_config(write):
    layout = Layout(label_names={"0": "negative", "1": "positive"})
    assert read_rows(write("a.csv", "text,label\na,1\nb,0\n"), layout).rows.labels == (
        ("positive",),
        ("negative",),
    )
    # What a service writes down of feedback holds the names.
    named = read_rows(write("c.jsonl", '{"text": "a", "label": "positive"}\n'), layout).rows
    assert named.labels == (("positive",),)
    message = refusal(write("b.csv", "text,label\na,1\nb,2\n"), layout)
    assert 'row 2 (line 3): the label "2" is not in data.label_names, which names 0, 1' in message


def test_slices_and_other_columns_are_read_by_name(write):
    path = write("a.csv", "source,stars,review\nimdb,5,good\n,1,bad\n")
    rows = read_rows(path, Layout(text_column="review", label_column="stars", slice_column="source")).rows
    assert rows.texts == ("good", "bad")
    assert rows.slices == ("imdb", None)
    assert rows.take([1, 0]).slices == (None, "imdb")


@pytest.mark.parametrize(
    ("cell", "separator", "labels"),
    [
        ('["b", "a", "b"]', None, ("a", "b")),
        ("[1, 2]", None, ("1", "2")),
        ("[]", None, ()),
        ("b; a;", ";", ("a", "b")),
        ("a", ";", ("a",)),
    ],
)
def test_several_labels_are_a_json_list_or_split(write, cell, separator, labels):
    quoted = '"' + cell.replace('"', '""') + '"'
    path = write("a.tsv", f"text\tlabels\nx\t{quoted}\n")
    layout = Layout(task="multilabel", label_column="labels", separator=separator)
    assert read_rows(path, layout).rows.labels == (labels,)


@pytest.mark.parametrize(
    ("cell", "separator", "labels"),
    [
        ('["a;b", "c"]', ";", ("a;b", "c")),
        ("[]", ";", ()),
        ("[1];[2]", ";", ("[1]", "[2]")),
        ('5";7"', ";", ('5"', '7"')),
        ('a;"b"', ";", ('"b"', "a")),
    ],
)
def test_a_list_may_hold_the_separator_and_all_else_is_split_at_it(write, cell, separator, labels):
    quoted = '"' + cell.replace('"', '""') + '"'
    layout = Layout(task="multilabel", label_column="labels", separator=separator)
    assert read_rows(write("a.csv", f"text,labels\nx,{quoted}\n"), layout).rows.labels == (labels,)
    lines = write("a.jsonl", '{"text": "x", "labels": ["a;b", "c"]}\n')
    assert read_rows(lines, layout).rows.labels == (("a;b", "c"),)


@pytest.mark.parametrize(
    ("cell", "separator"), [('"a;b"', ";"), ('x; "a;b" ;y', ";"), ('x|"a;|b"', "|"), ('"new york" rome', " ")]
)
def test_a_label_in_quote_marks_that_holds_the_separator_is_refused(write, cell, separator):
    quoted = '"' + cell.replace('"', '""') + '"'
    path = write("a.csv", f'text,labels\nx,"c"\ny,{quoted}\n')
    said = refusal(path, Layout(task="multilabel", label_column="labels", separator=separator))
    assert said.startswith(f"{path}, row 2 (line 3): the label '")
    assert f"holds the separator {separator!r}, at which labels are split" in said
    assert said.endswith("to a mark that no label holds.")


def test_several_labels_are_lists_in_json_and_parquet(write, tmp_path):
    lines = write("a.jsonl", '{"text": "x", "labels": ["b", 1]}\n{"text": "y", "labels": []}\n')
    assert read_rows(lines, MULTILABEL).rows.labels == (("1", "b"), ())
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": ["x", "y"], "labels": [["b", "a"], None]}), path)
    reading = read_rows(path, MULTILABEL)
    assert reading.rows.labels == (("a", "b"),)
    assert reading.skipped == {"no label": 1}


@pytest.mark.parametrize("value", ['"joy, anger"', "3", '{"joy": 1}', '[["joy"]]'])
def test_several_labels_in_no_known_form_are_refused(write, value):
    assert "row 1 (line 1): the label" in refusal(
        write("a.jsonl", f'{{"text": "x", "labels": {value}}}\n'), MULTILABEL
    )


def test_texts_without_labels_are_a_column_or_lines(write):
    assert list(read_texts(write("a.txt", "one\n\ntwo\n"))) == ["one", "two"]
    assert list(read_texts(write("a.csv", "review,n\none,1\n,2\n"), "review")) == ["one"]
    with pytest.raises(DataError, match="row 2"):
        list(read_texts(write("a.jsonl", '{"text": "a"}\n{"text": 1}\n')))


def test_lone_surrogates_in_labels_and_slices_become_what_utf_8_can_hold(write):
    path = write("rows.jsonl", '{"text": "a \\ud800b", "label": "x\\udfff", "kind": "\\ud83d"}\n')
    rows = read_rows(path, Layout(slice_column="kind")).rows
    assert (rows.labels, rows.slices) == ((("x\ufffd",),), ("\ufffd",))
