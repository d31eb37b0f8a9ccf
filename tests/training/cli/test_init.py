import argparse

import pytest

from models.errors import DataError, InputError
from training.cli import init
from training.config_file import load_config
from training.config_keys import known_keys, section_meanings

ROWS = [(f"this is sentence number {i} of the file", "ab"[i % 2], f"id-{i}") for i in range(40)]


def run(data, output, *more):
    parser = argparse.ArgumentParser()
    init.add_arguments(parser)
    return init.run(parser.parse_args(["--data", str(data), "--output", str(output), *more]))


@pytest.fixture
def write(tmp_path):
    def _write(header, rows=ROWS, name="my reviews.tsv"):
        path = tmp_path / name
        lines = ["\t".join(header), *("\t".join(row) for row in rows)]
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return _write


def written(tmp_path, data, *more):
    """The config that is written for ``data``."""
    output = tmp_path / "run.toml"
    assert run(data, output, *more) == 0
    return load_config(output)


def test_the_file_holds_every_key_with_a_comment_and_loads(write, tmp_path, capsys):
    config = written(tmp_path, write(["text", "label", "id"]))
    assert config.name == "my-reviews"
    assert config.locate(config.data.train).samefile(tmp_path / "my reviews.tsv")
    lines = (tmp_path / "run.toml").read_text(encoding="utf-8").splitlines()
    section, found = "", set()
    for before, line in zip(["", *lines], lines, strict=False):
        if line.startswith("["):
            section = line.split("]")[0][1:] + "."
            assert section_meanings()[section[:-1]] in line
        elif line and not line.startswith("#"):
            found.add(section + line.split(" = ")[0])
            assert before.startswith("# ")
    assert found == {key.path for key in known_keys()}
    out, err = capsys.readouterr()
    assert out.strip() == str(tmp_path / "run.toml")
    assert 'the column "text": by its name' in err
    assert "40 rows of 2 labels" in err


def test_columns_are_guessed_by_name_first(write, tmp_path):
    config = written(tmp_path, write(["Review", "Sentiment", "essay"]))
    assert (config.data.text_column, config.data.label_column) == ("Review", "Sentiment")


def test_columns_without_known_names_are_guessed_by_content(write, tmp_path, capsys):
    config = written(tmp_path, write(["q1", "q2", "q3"]))
    assert (config.data.text_column, config.data.label_column) == ("q1", "q2")
    err = capsys.readouterr().err
    assert "its strings are the longest" in err
    assert "it has the fewest different values, 2" in err


def test_what_is_given_is_not_guessed(write, tmp_path, capsys):
    rows = [(text, label, f"another text of the row, {label}") for text, label, _ in ROWS]
    config = written(
        tmp_path, write(["text", "x", "note"], rows), "--text-column", "text", "--label-column", "x"
    )
    assert (config.data.text_column, config.data.label_column) == ("text", "x")
    assert "is in the column" not in capsys.readouterr().err


def test_lists_make_the_task_multilabel(tmp_path):
    data = tmp_path / "a.jsonl"
    data.write_text("".join(f'{{"text": "text {i}", "labels": ["x", "y{i % 2}"]}}\n' for i in range(40)))
    config = written(tmp_path, data)
    assert (config.task, config.data.label_column, config.data.separator) == ("multilabel", "labels", None)


def test_a_separator_is_guessed_for_multilabel(write, tmp_path, capsys):
    rows = [(text, f"x;y{label}", "") for text, label, _ in ROWS]
    config = written(tmp_path, write(["text", "tags", "id"], rows), "--task", "multilabel")
    assert config.data.separator == ";"
    assert 'split at ";"' in capsys.readouterr().err


def test_the_length_holds_most_texts_and_not_more_than_the_default(write, tmp_path):
    assert written(tmp_path, write(["text", "label", "id"])).text.max_length == 16
    long = [("word " * 900 + str(i), "ab"[i % 2], "") for i in range(40)]
    (tmp_path / "run.toml").unlink()
    assert written(tmp_path, write(["text", "label", "id"], long)).text.max_length == 400


def test_few_rows_are_read_more_often_and_many_begin_with_word_vectors(write, tmp_path):
    config = written(tmp_path, write(["text", "label", "id"]))
    assert (config.training.batch_size, config.text.min_count) == (16, 1)
    many = [("word " * 40 + str(i), "ab"[i % 2], "") for i in range(4000)]
    (tmp_path / "run.toml").unlink()
    config = written(tmp_path, write(["text", "label", "id"], many))
    assert (config.training.batch_size, config.training.optimizer, config.model.vectors) == (
        64,
        "adamw",
        "word2vec",
    )


def test_word_vectors_are_not_fitted_on_too_few_tokens(write, tmp_path, capsys):
    short = [(f"a text {i}", "ab"[i % 2], "") for i in range(4000)]
    config = written(tmp_path, write(["text", "label", "id"], short))
    assert (config.model.vectors, config.training.optimizer) == (None, "adamw")
    # 3,200 rows of three tokens each.
    assert "hold 9,600 tokens, fewer than 100,000" in capsys.readouterr().err


def test_column_names_of_any_script_survive(write, tmp_path):
    config = written(tmp_path, write(['评论 "x"', "标签 = 1", "id"]))
    assert (config.data.text_column, config.data.label_column) == ('评论 "x"', "标签 = 1")


def test_a_file_whose_name_cannot_name_a_model_says_so(tmp_path, capsys):
    text = "text,label\n" + "".join(f"so gut {n},{n % 2}\n" for n in range(20))
    (tmp_path / "评论.csv").write_text(text, encoding="utf-8")
    assert written(tmp_path, tmp_path / "评论.csv").name == "model"
    assert 'No letter of "评论.csv" can stand in the name of a model' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("a.csv.gz", "a"),
        ("__x y__.tsv", "x-y"),
        ("评论.csv", "model"),
        ("v1.2.jsonl", "v1.2"),
        ("Café comments.csv", "Cafe-comments"),
        ("-.csv", "model"),
    ],
)
def test_the_model_is_named_after_the_file(tmp_path, name, model):
    assert init.model_name(tmp_path / name) == model


def test_a_file_that_exists_is_not_overwritten(write, tmp_path):
    output = tmp_path / "run.toml"
    output.write_text("mine")
    with pytest.raises(InputError, match="exists already") as caught:
        run(write(["text", "label", "id"]), output)
    assert caught.value.exit_code == 2
    assert output.read_text() == "mine"


def test_a_folder_that_does_not_exist_is_refused(write, tmp_path):
    with pytest.raises(InputError, match="There is no folder"):
        run(write(["text", "label", "id"]), tmp_path / "none" / "run.toml")


@pytest.mark.parametrize(
    ("header", "rows", "more", "message"),
    [
        (["text", "label", "id"], [("a", "x", "1")] * 40, [], "every training row has the label"),
        (["text", "label", "id"], ROWS[:3], [], "gives no row"),
        (["text", "label", "id"], [], [], "no column of texts"),
        (["text", "label", "id"], ROWS, ["--text-column", "txt"], 'no column "txt", did you mean "text"?'),
        (["text", "label", "id"], ROWS, ["--label-column", "id"], "too many to learn"),
        (["text", "m", "n"], [(t, str(i), n) for i, (t, _, n) in enumerate(ROWS)], [], "looks like a label"),
    ],
)
def test_data_that_cannot_be_used_is_refused_and_nothing_written(
    write, tmp_path, header, rows, more, message
):
    with pytest.raises(DataError) as caught:
        run(write(header, rows), tmp_path / "run.toml", *more)
    assert message in str(caught.value)
    assert caught.value.exit_code == 2
    assert not (tmp_path / "run.toml").exists()


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        run(tmp_path / "a.csv", tmp_path / "run.toml")
