import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

RunCli = Callable[..., Any]
TINY_DATA = Path(__file__).resolve().parents[3] / "examples" / "tiny.csv"


def test_thresholds_hold_for_what_the_model_answers(engram: RunCli, tiny_artifact: Path) -> None:
    result = engram("find-threshold", tiny_artifact, TINY_DATA, "--precision", "0.9", "--json")
    assert result.code == 0, result.err
    body = json.loads(result.out)
    assert (body["n"], body["precision"]) == (400, 0.9)
    assert "abstained" in body["service"]
    manifest = json.loads((tiny_artifact / "manifest.json").read_text())
    assert [one["label"] for one in body["labels"]] == manifest["labels"]
    assert sum(one["rows"] for one in body["labels"]) == 400
    for one in body["labels"]:
        assert one["now"]["threshold"] == manifest["calibration"]["abstain_below"]
        assert one["found"]["precision"] >= 0.9


def test_the_table_says_what_the_service_does(engram: RunCli, tiny_artifact: Path) -> None:
    result = engram("find-threshold", tiny_artifact, TINY_DATA)
    assert result.code == 0, result.err
    for part in ("the best F1", "on 400 rows", "negative", "positive", "The service gives the best guess"):
        assert part in result.out
    # Nothing is cut off on a terminal of 80 columns.
    assert "…" not in result.out


@pytest.mark.parametrize("value", ["0", "1.5", "high"])
def test_a_precision_out_of_range_is_refused(engram: RunCli, tiny_artifact: Path, value: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        engram("find-threshold", tiny_artifact, TINY_DATA, "--precision", value)
    assert stopped.value.code == 2
