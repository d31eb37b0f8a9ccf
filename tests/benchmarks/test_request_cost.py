"""The budget of a request is complete."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def test_every_stage_is_measured_and_together_they_are_the_request(
    tiny_artifact: Path, tmp_path: Path
) -> None:
    output = tmp_path / "cost.json"
    command = [sys.executable, "-m", "benchmarks.request_cost", "--artifact", str(tiny_artifact)]
    command += ["--tokens", "5", "--rounds", "3", "--calls", "5", "--output", str(output)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(output.read_bytes())
    stages = found["stages_us"]
    expected = (
        "parse, text rule, batcher, padding, engine, decoding, reply, metrics, log line, Flask and the rest"
    )
    assert list(stages) == expected.split(", ")
    whole = found["whole_us"]
    assert list(whole) == ["request", "Flask no-op", "engine, a row of 8"]
    assert found["alone_us"].keys() == {*stages, *whole} - {"Flask and the rest"}
    assert min(*stages.values(), *whole.values(), *found["alone_us"].values()) > 0
    assert sum(stages.values()) == pytest.approx(whole["request"])
    assert whole["request"] > whole["Flask no-op"]
    assert found["mean_tokens"] == 5
    for name, us in stages.items():
        assert f"{name:<20} {us:8.1f}" in done.stdout
