import csv
import gzip
import io
import json
import multiprocessing
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from training.scoring import chunks, score
from training.scoring.parts import Parts

RunCli = Callable[..., Any]

TEXTS = ["the story is gripping", "", 'a "quoted", comma', "two\nlines", "这家 🙂", "zzz dull dull"]


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    rows = [{"id": f"n{i}", "text": text} for i, text in enumerate(TEXTS)]
    return write_jsonl(tmp_path / "in.jsonl", rows)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part is six rows, in chunks of two."""
    monkeypatch.setattr(score, "PART_ROWS", 6)
    monkeypatch.setattr(chunks, "MAX_ROWS", 2)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "in.jsonl", [{"text": f"story {'dull ' * (i % 5)}"} for i in range(20)])


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file; what CSV writes as JSON is read as JSON."""
    if path.suffix == ".parquet":
        rows = pyarrow.parquet.read_table(path).to_pylist()
        return [row | {"probabilities": dict(row["probabilities"])} for row in rows]
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    if ".jsonl" in path.name:
        return [json.loads(line) for line in text.split("\n")[:-1]]
    delimiter = "\t" if ".tsv" in path.name else ","
    strings = ("id", "label")
    return [
        {name: value if name in strings else json.loads(value) for name, value in row.items()}
        for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    ]


def scored(engram: RunCli, *arguments: Any) -> Any:
    result = engram("score", *arguments, "--processes", 1)
    assert result.code == 0, result.err
    return result


@pytest.mark.parametrize(
    "name", ["out.jsonl", "out.csv", "out.tsv", "out.parquet", "out.jsonl.gz", "out.csv.gz"]
)
def test_every_row_is_answered_in_its_place_as_predict_answers_it(
    engram: RunCli, tiny_artifact: Path, source: Path, tmp_path: Path, name: str
) -> None:
    output = tmp_path / name
    result = scored(engram, tiny_artifact, source, output, "--keep", "id", "--engine", "savedmodel")
    assert result.out == f"{output}\n"
    assert result.err.startswith("6 rows;")
    rows = read(output)
    assert [(row["row"], row["id"]) for row in rows] == [(i + 1, f"n{i}") for i in range(6)]
    expected = engram("predict", tiny_artifact, *TEXTS).out.splitlines()
    for row, line in zip(rows, map(json.loads, expected), strict=True):
        answer = {key: value for key, value in row.items() if key not in ("row", "id")}
        assert list(answer) == list(line)
        for key in ("confidence", "margin", "probabilities"):
            assert answer.pop(key) == pytest.approx(line.pop(key), abs=1e-6)
        assert answer == line
    assert not list(tmp_path.glob("out*parts"))
    assert not list(tmp_path.glob(".*"))


def test_json_holds_the_figures_and_quiet_leaves_only_them(
    engram: RunCli, tiny_artifact: Path, source: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.jsonl"
    result = scored(engram, tiny_artifact, source, output, "--json", "--quiet")
    figures = json.loads(result.out)
    assert figures.pop("seconds") > 0
    assert figures == {"output": str(output), "rows": 6, "resumed": 0, "without_text": 1}
    assert result.err == ""


def test_formats_go_into_each_other_and_kept_columns_keep_their_type(
    engram: RunCli, tiny_artifact: Path, tmp_path: Path
) -> None:
    table = pyarrow.table(
        {"text": ["dull", None], "n": pyarrow.array([7, None], pyarrow.int16()), "x": [[1], []]}
    )
    pyarrow.parquet.write_table(table, tmp_path / "in.parquet")
    keep = ["--keep", "n=label_n", "--keep", "x"]
    scored(engram, tiny_artifact, tmp_path / "in.parquet", tmp_path / "out.parquet", *keep)
    found = pyarrow.parquet.read_table(tmp_path / "out.parquet")
    assert found.schema.field("label_n").type == pyarrow.int16()
    assert (found["label_n"].to_pylist(), found["x"].to_pylist()) == ([7, None], [[1], []])
    scored(engram, tiny_artifact, tmp_path / "in.parquet", tmp_path / "out.csv", *keep)
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0].startswith("row,label_n,x,label,confidence,")
    assert (lines[1].split(",")[:3], lines[2].split(",")[:3]) == (["1", "7", "[1]"], ["2", "", "[]"])
    (tmp_path / "in.txt").write_text("dull\n\ngripping\n")
    scored(engram, tiny_artifact, tmp_path / "in.txt", tmp_path / "out.jsonl", "--top", 1)
    assert [len(row["probabilities"]) for row in read(tmp_path / "out.jsonl")] == [1, 1, 1]


def test_a_row_without_text_is_answered_as_abstained_and_counted(
    engram: RunCli, tiny_artifact: Path, tmp_path: Path
) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", [{"text": "dull"}, {"other": 1}, {"text": None}])
    result = scored(engram, tiny_artifact, source, tmp_path / "out.jsonl")
    assert [row["abstained"] and row["tokens"] == 0 for row in read(tmp_path / "out.jsonl")][1:] == [True] * 2
    assert "2 without text" in result.err


@pytest.mark.usefixtures("small_parts")
def test_a_run_that_was_cut_off_goes_on_without_a_lost_or_doubled_row(
    engram: RunCli, tiny_artifact: Path, many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, output = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    scored(engram, tiny_artifact, many, whole)
    add = Parts.add

    def stop(self: Parts, last_row: int, pieces: Any) -> None:
        if last_row > 12:
            raise KeyboardInterrupt
        add(self, last_row, pieces)

    with monkeypatch.context() as patch:
        patch.setattr(Parts, "add", stop)
        assert engram("score", tiny_artifact, many, output, "--processes", 1).code == 130
    assert not output.exists()
    # What a process that is killed while it writes leaves behind.
    (tmp_path / "out.jsonl.parts" / ".rows-000000000000018.unfinished").write_bytes(b'{"row":13')
    result = scored(engram, tiny_artifact, many, output)
    assert result.err.startswith("20 rows, 12 of them from the run before;")
    assert output.read_bytes() == whole.read_bytes()
    assert not (tmp_path / "out.jsonl.parts").exists()


@pytest.mark.usefixtures("small_parts")
def test_an_unfinished_run_goes_on_only_as_it_began(
    engram: RunCli, tiny_artifact: Path, many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr(score, "durable", lambda path: full_disk())
        assert engram("score", tiny_artifact, many, output, "--processes", 1).code == 1
    for changed, word in (
        (["--top", 1], "top"),
        (["--engine", "savedmodel"], "engine"),
        (["--keep", "text"], "choice of columns"),
    ):
        result = engram("score", tiny_artifact, many, output, "--processes", 1, *changed)
        assert (result.code, f"another {word}" in result.err) == (2, True)
    assert scored(engram, tiny_artifact, many, output, "--top", 1, "--restart").err.startswith("20 rows;")
    assert all(len(row["probabilities"]) == 1 for row in read(output))


def full_disk() -> Any:
    raise OSError(28, "No space left on device")


def test_a_full_disk_is_one_sentence(
    engram: RunCli, tiny_artifact: Path, many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score, "durable", lambda path: full_disk())
    result = engram("score", tiny_artifact, many, tmp_path / "out.csv", "--processes", 1)
    assert result.code == 1
    assert result.err == f"engram score: {tmp_path / 'out.csv'} cannot be written: No space left on device.\n"


def test_two_runs_do_not_write_the_same_output(
    engram: RunCli, tiny_artifact: Path, many: Path, tmp_path: Path
) -> None:
    parts = Parts.open(tmp_path / "out.csv", {}, restart=False)
    result = engram("score", tiny_artifact, many, tmp_path / "out.csv", "--processes", 1)
    assert (result.code, "Another process" in result.err) == (1, True)
    parts.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["in.jsonl", "out.txt"], "cannot hold answers"),
        (["in.jsonl", "out.doc"], "The format of"),
        (["in.jsonl", "there.csv"], "there.csv exists"),
        (["none.jsonl", "out.csv"], "There is no file"),
        (["in.jsonl", "out.csv", "--text-column", "txt"], 'did you mean "text"?'),
        (["in.jsonl", "out.csv", "--keep", "nope"], 'has no column "nope"'),
        (["in.jsonl", "out.csv", "--keep", "label"], "--keep label=NAME"),
        (["in.jsonl", "out.csv", "--keep", "label=a", "--keep", "text=a"], "'a' twice"),
        (["number.jsonl", "out.csv"], "row 2 (line 2)"),
    ],
)
def test_what_cannot_be_used_ends_with_2_and_one_sentence(
    engram: RunCli, tiny_artifact: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    write_jsonl(tmp_path / "in.jsonl", [{"text": "dull", "label": "x"}])
    write_jsonl(tmp_path / "number.jsonl", [{"text": "dull"}, {"text": 4}])
    (tmp_path / "there.csv").touch()
    files = [tmp_path / name for name in arguments[:2]]
    result = engram("score", tiny_artifact, *files, *arguments[2:], "--processes", 1)
    assert (result.code, result.out) == (2, "")
    assert words in result.err
    assert result.err.count("\n") == 1


def test_an_output_is_replaced_only_where_that_is_asked_for(
    engram: RunCli, tiny_artifact: Path, source: Path, tmp_path: Path
) -> None:
    (tmp_path / "out.jsonl").write_text("old")
    scored(engram, tiny_artifact, source, tmp_path / "out.jsonl", "--overwrite")
    assert len(read(tmp_path / "out.jsonl")) == 6


@pytest.mark.usefixtures("small_parts")
def test_several_processes_answer_what_one_answers(
    engram: RunCli, tiny_artifact: Path, many: Path, tmp_path: Path
) -> None:
    scored(engram, tiny_artifact, many, tmp_path / "one.jsonl")
    result = engram("score", tiny_artifact, many, tmp_path / "two.jsonl", "--processes", 2)
    assert result.code == 0, result.err
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()
    assert not multiprocessing.active_children()


def test_a_model_that_cannot_be_used_is_one_sentence_from_every_process(
    engram: RunCli, own_artifact: Path, source: Path, tmp_path: Path
) -> None:
    (own_artifact / "model.onnx").write_bytes(b"x")
    result = engram("score", own_artifact, source, tmp_path / "out.csv", "--processes", 2)
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "model.onnx" in result.err


def runs(pid: str) -> bool:
    """Whether a process still runs; an ended one stays listed where nobody collects orphans."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


@pytest.mark.slow
def test_a_killed_run_goes_on_and_leaves_no_process_behind(
    tiny_artifact: Path, tmp_path: Path, engram_process: Callable[..., subprocess.Popen[str]]
) -> None:
    count = 3 * score.PART_ROWS
    source, output = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text\n" + "".join(f"story {i} {'dull ' * (i % 9)}\n" for i in range(count)))
    arguments = ("score", tiny_artifact, source, output, "--keep", "text", "--processes", 2)
    run = engram_process(*arguments)
    while not list(tmp_path.glob("out.csv.parts/rows-*")):
        assert run.poll() is None, run.communicate()
        time.sleep(0.01)
    children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    assert len(children) >= 2
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    again = engram_process(*arguments)
    _, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    assert "from the run before" in err
    with output.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(int(row["row"]), row["text"]) for row in rows] == [
        (i + 1, f"story {i} {'dull ' * (i % 9)}") for i in range(count)
    ]
    assert not [pid for pid in children if runs(pid)]
