"""The cost of TensorBoard's logs is measured by training with and without them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.slow
def test_each_round_trains_with_and_without_and_the_ratio_is_theirs(tmp_path: Path) -> None:
    output = tmp_path / "events.json"
    command = [sys.executable, "-m", "benchmarks.events", "examples/tiny.toml", "--rounds", "3"]
    done = subprocess.run(
        [*command, "--output", str(output)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(output.read_bytes())
    for clock in ("wall", "processor"):
        ratios = found[clock]
        seconds = ratios["seconds"]
        each = sorted(a / b for a, b in zip(seconds["with"], seconds["without"], strict=True))
        assert [ratios["lowest"], ratios["ratio"], ratios["highest"]] == pytest.approx(each)
        assert f"{clock}, with / without: {ratios['ratio']:.3f}" in done.stdout
    # 240 rows to learn from, 16 a step.
    assert found["steps"] == 15
