"""What a sentence costs a joint model, measured and held against a limit."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import tagging
from models.runtime.checksum import sealed

ROOT = Path(__file__).resolve().parents[2]


def measure(artifact: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.tagging", str(artifact), "--rounds", "5", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def reads_long(trips: Path, tmp_path: Path) -> Path:
    """A copy of the small joint model that reads more words of a text."""
    copy = Path(shutil.copytree(trips, tmp_path / "trips" / "1"))
    body = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    body["text"]["max_length"] = 32
    # The others are texts that the model cuts.
    body["golden"] = body["golden"][:8]
    (copy / "manifest.json").write_text(json.dumps(sealed(body)), encoding="utf-8")
    return copy


def test_every_stage_is_measured_and_kept(reads_long: Path, tmp_path: Path) -> None:
    output = tmp_path / "tagging.json"
    done = measure(reads_long, "--output", str(output))
    found = json.loads(output.read_bytes())
    judged = found["median_ms"]["engine and decoding"]
    assert done.returncode == (0 if judged <= 1.0 else 1), done.stderr
    assert (found["engine"], found["words"], found["tags"], found["rounds"]) == ("onnx", 20, 13, 5)
    assert (found["task"], found["threads"], found["limit_ms"]) == ("joint", "1", 1.0)
    assert found["network"]["characters"] == "cnn"
    assert found["libraries"].keys() == {"onnxruntime", "numpy"}
    assert list(found["median_ms"]) == ["text rule", "engine", "decoding", "engine and decoding"]
    for name, median in found["median_ms"].items():
        assert 0 < found["fastest_ms"][name] <= median
        assert f"{name:<20} {median:7.3f} ms" in done.stdout
    assert judged > found["fastest_ms"]["decoding"]


def test_a_model_that_does_not_read_the_whole_sentence_is_refused(trips: Path) -> None:
    done = measure(trips)
    assert done.returncode == 1
    assert "the model reads 12 of 20 words" in done.stderr


def test_a_model_without_tags_is_refused(tiny_artifact: Path) -> None:
    done = measure(tiny_artifact)
    assert done.returncode == 1
    assert "is a classification model; take one that finds tags" in done.stderr


@pytest.mark.parametrize(("median", "code"), [(1.0, 0), (1.01, 1)])
def test_the_exit_code_tells_whether_the_limit_holds(
    median: float, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures: dict[str, Any] = {name: {tagging.JUDGED: median} for name in ("median_ms", "fastest_ms")}
    monkeypatch.setattr(
        tagging, "measure", lambda path, rounds: figures | {"words": 20, "tags": 9, "rounds": 1}
    )
    monkeypatch.setattr(tagging, "find_artifact", lambda name, folder: tmp_path)
    monkeypatch.setattr(tagging, "limit_threads", lambda threads: None)
    monkeypatch.setattr(sys, "argv", ["tagging"])
    with pytest.raises(SystemExit) as ended:
        tagging.main()
    assert ended.value.code == code
