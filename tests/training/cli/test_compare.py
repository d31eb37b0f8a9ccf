import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.figures import in_percent
from models.runtime.checksum import sealed

TINY_DATA = Path(__file__).resolve().parents[3] / "examples" / "tiny.csv"
RunCli = Callable[..., Any]


def edited(artifact: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    manifest = json.loads((artifact / "manifest.json").read_text())
    change(manifest)
    (artifact / "manifest.json").write_text(json.dumps(sealed(manifest)))
    return artifact


def test_facts_are_those_of_the_models(engram: RunCli, tiny_artifact: Path) -> None:
    result = engram("compare", tiny_artifact, "--json")
    assert result.code == 0, result.err
    (facts,) = json.loads(result.out)
    manifest = json.loads((tiny_artifact / "manifest.json").read_text())
    assert facts["artifact"] == "tiny/1"
    assert (facts["judged_on"], facts["n"]) == ("test", 80)
    assert facts["metrics"]["accuracy"] == manifest["test"]["metrics"]["accuracy"]["value"]
    assert facts["baseline"]["accuracy"] == manifest["baseline"]["metrics"]["accuracy"]["value"]
    files = [path for path in tiny_artifact.rglob("*") if path.is_file() and path.name != "manifest.json"]
    assert facts["bytes"] == sum(path.stat().st_size for path in files)
    assert 0 < facts["ms"] < 1000
    assert facts["config"]["model.units"] == 12


def test_models_stand_side_by_side_with_what_differs(
    engram: RunCli, tiny_artifact: Path, own_artifact: Path
) -> None:
    def other(manifest: dict[str, Any]) -> None:
        manifest["version"] = 7
        manifest["config"]["training"]["epochs"] = 99
        manifest["config"]["data"]["train"] = "[/odd].csv"
        manifest["data"]["fingerprint"] = "other"

    result = engram("compare", tiny_artifact, edited(own_artifact, other))
    assert result.code == 0, result.err
    for part in ("tiny/1", "tiny/7", "accuracy", "baseline accuracy", "training.epochs", "99", "[/odd].csv"):
        assert part in result.out
    assert "model.units" not in result.out, "only what differs"
    assert "judged on different data" in result.out


def test_on_a_file_models_are_paired_row_by_row(
    engram: RunCli, tiny_artifact: Path, own_artifact: Path, tmp_path: Path
) -> None:
    """The second model is the first with its labels exchanged: right where that is wrong."""

    def turned(manifest: dict[str, Any]) -> None:
        manifest["labels"] = manifest["labels"][::-1]

    file = tmp_path / "rows.csv"
    rows = TINY_DATA.read_text().splitlines()[:41]
    file.write_text("\n".join(rows) + "\n")
    other = edited(own_artifact, turned)
    result = engram("compare", tiny_artifact, other, tiny_artifact, "--data", file, "--json")
    assert result.code == 0, result.err
    first, second, third = [facts["on_data"] for facts in json.loads(result.out)]
    right = round(first["accuracy"]["value"] * 40)
    assert first["n"] == 40
    assert first["against_first"] is None
    assert second["against_first"]["first_only"] == right
    assert second["against_first"]["this_only"] == 40 - right
    assert second["against_first"]["margin"]["value"] == pytest.approx((40 - 2 * right) / 40)
    assert second["against_first"]["p"] < 0.01
    assert third["against_first"]["p"] == 1.0

    shown = engram("compare", tiny_artifact, other, "--data", file)
    assert "McNemar's p" in shown.out
    (line,) = [line for line in shown.out.splitlines() if "above the first (points)" in line]
    assert f" {in_percent((40 - 2 * right) / 40, signed=True)} [" in line
    assert "%" not in line
    assert f"{40 - right} / {right}" in shown.out


def test_a_missing_model_is_named(engram: RunCli, tiny_artifact: Path) -> None:
    result = engram("compare", tiny_artifact, "nothing-here")
    assert result.code == 2
    assert "nothing-here" in result.err
