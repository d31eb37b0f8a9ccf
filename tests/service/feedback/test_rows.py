"""Rows are appended wholly or not at all, whatever was in the file before."""

import errno
import json
import os
from pathlib import Path

import pytest

from models.errors import ConfigError
from service.feedback.folder import prepare_folder
from service.feedback.rows import append_row

OLD = b'{"text": "old"}'
ROW = {"text": "new \u2028 好", "label": "a"}
LINE = json.dumps(ROW, ensure_ascii=False).encode() + b"\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, LINE),
        (b"", LINE),
        (OLD + b"\n", OLD + b"\n" + LINE),
        (OLD, OLD + b"\n" + LINE),
        (OLD + b"\n" + OLD[:-1], OLD + b"\n" + LINE),
        (OLD[:3], LINE),
        (OLD + b"\n" + b'{"text": "' + b"x" * 200_000, OLD + b"\n" + LINE),
    ],
    ids=["no file", "empty", "whole", "without a last break", "cut off", "one cut row", "a long one cut off"],
)
def test_a_row_becomes_the_last_line(tmp_path: Path, before: bytes | None, after: bytes) -> None:
    path = tmp_path / "rows.jsonl"
    if before is not None:
        path.write_bytes(before)
    append_row(path, ROW)
    assert path.read_bytes() == after


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(OLD + b"\n")
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, line: write(descriptor, line[:5]))
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        append_row(path, ROW)
    assert path.read_bytes() == OLD + b"\n"


def test_a_folder_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"ENGRAM_FEEDBACK is .*/file.*, which cannot be used: "):
        prepare_folder(tmp_path / "file")
    with pytest.raises(ConfigError, match="cannot be used: "):
        prepare_folder(tmp_path / "file" / "below")
    prepare_folder(tmp_path / "new" / "deep")
    assert (tmp_path / "new" / "deep" / "answers").stat().st_mode & 0o777 == 0o700
