from pathlib import Path

import pytest

from models.errors import DataError
from training.config import Config
from training.config_file import parse_config
from training.data.other import load_other


def config(folder: Path, rows: str | None) -> Config:
    (folder / "other.csv").write_text(rows or "")
    other = {} if rows is None else {"other": "other.csv"}
    data = {"train": "train.csv", "slice_column": "source"} | other
    return parse_config({"name": "m", "data": data}, folder=folder)


def test_without_a_file_there_is_nothing(tmp_path: Path) -> None:
    assert load_other(config(tmp_path, None), ("no", "yes")) == (None, [])


def test_rows_are_read_without_the_slices_of_train(tmp_path: Path) -> None:
    rows, said = load_other(config(tmp_path, "text,label\ngood,yes\n,no\nodd,maybe\n"), ("no", "yes"))
    assert rows is not None
    assert rows.texts == ("good", "odd")
    assert any("1 row skipped" in sentence for sentence in said)
    assert any('"maybe" (1 row)' in sentence for sentence in said)


def test_a_file_with_other_labels_only_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No label of other occurs in train"):
        load_other(config(tmp_path, "text,label\ngood,5\nbad,1\n"), ("no", "yes"))
