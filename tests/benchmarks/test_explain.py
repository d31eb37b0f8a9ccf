"""What one explanation costs, measured at a real service."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def measure(artifact: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.explain", "--artifact", str(artifact), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_every_word_of_every_text_is_explained_and_timed(tiny_artifact: Path, tmp_path: Path) -> None:
    output = tmp_path / "explain.json"
    done = measure(tiny_artifact, "--words", "9", "--texts", "4", "--output", str(output))
    assert done.returncode == 0, done.stderr
    found = json.loads(output.read_bytes())
    assert (found["engine"], found["words"], found["texts"]) == ("onnx", 9, 4)
    assert 0 < found["fastest_ms"] <= found["median_ms"] <= found["slowest_ms"]
    assert f"median {found['median_ms']:.0f} ms" in done.stdout


@pytest.mark.slow
def test_a_model_that_does_not_read_the_whole_text_is_refused(tiny_artifact: Path) -> None:
    done = measure(tiny_artifact, "--words", "200", "--texts", "1")
    assert done.returncode == 1
    assert "of 200 words" in done.stderr
