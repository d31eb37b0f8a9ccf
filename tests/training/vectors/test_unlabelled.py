import gzip
from pathlib import Path

import pytest

from models.errors import DataError
from models.text.spec import TextRule
from training.config import Config
from training.config_file import load_config
from training.data.dataset import Dataset, load_dataset
from training.vectors.unlabelled import UnlabelledTokens, read_unlabelled


def loaded(folder: Path, *overrides: str) -> tuple[Config, Dataset]:
    rows = [f"text {number},{'yes' if number % 2 else 'no'}" for number in range(40)]
    (folder / "rows.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    (folder / "run.toml").write_text('name = "run"\ndata.train = "rows.csv"\n')
    config = load_config(folder / "run.toml", overrides)
    return config, load_dataset(config)


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert read_unlabelled(*loaded(tmp_path)) == []


def test_lines_and_columns_are_read(tmp_path: Path) -> None:
    (tmp_path / "more.txt").write_text("one\n\ntwo words\n")
    assert read_unlabelled(*loaded(tmp_path, "data.unlabelled=more.txt")) == ["one", "two words"]
    with gzip.open(tmp_path / "more.jsonl.gz", "wt") as file:
        file.write('{"text": "three"}\n{"text": "four"}\n')
    assert read_unlabelled(*loaded(tmp_path, "data.unlabelled=more.jsonl.gz")) == ["three", "four"]


@pytest.mark.parametrize("part", ["dev", "test"])
def test_a_file_that_holds_what_judges_is_refused_with_what_to_do(tmp_path: Path, part: str) -> None:
    _, dataset = loaded(tmp_path)
    judged = dataset.parts[part].texts[1]
    (tmp_path / "more.txt").write_text(f"one\n  {judged.replace(' ', '   ')}\n{dataset.train.texts[0]}\n")
    config, dataset = loaded(tmp_path, "data.unlabelled=more.txt")
    with pytest.raises(DataError) as caught:
        read_unlabelled(config, dataset)
    message = str(caught.value)
    for words in (f"1 of its 3 texts also stand in {part},", 'data.unlabelled_overlap = "drop"', '"keep"'):
        assert words in message
    assert message.endswith(".")


def test_such_texts_can_be_left_out_or_kept(tmp_path: Path) -> None:
    _, dataset = loaded(tmp_path)
    (tmp_path / "more.txt").write_text(f"one\n{dataset.parts['test'].texts[0]}\ntwo\n")
    given = loaded(tmp_path, "data.unlabelled=more.txt", "data.unlabelled_overlap=drop")
    assert read_unlabelled(*given) == ["one", "two"]
    given = loaded(tmp_path, "data.unlabelled=more.txt", "data.unlabelled_overlap=keep")
    assert len(read_unlabelled(*given)) == 3


def test_texts_are_split_to_their_end_and_only_once(tmp_path: Path) -> None:
    (tmp_path / "more.txt").write_text("one two three\n")
    tokens = UnlabelledTokens(*loaded(tmp_path, "data.unlabelled=more.txt"), TextRule(max_length=2))
    assert tokens.texts == [["one", "two", "three"]]
    (tmp_path / "more.txt").unlink()
    assert tokens.texts == [["one", "two", "three"]]


def test_cases_are_told_where_the_rule_tells_them(tmp_path: Path) -> None:
    (tmp_path / "more.txt").write_text("One TWO three\n")
    given = loaded(tmp_path, "data.unlabelled=more.txt")
    assert UnlabelledTokens(*given, TextRule(max_length=1, ids="token+case")).texts == [
        ["[Aa]", "one", "[AA]", "two", "three"]
    ]
