"""Which results count, and where a table is put."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import quality_multilabel, quality_table, quality_tagging
from benchmarks.quality import RESULTS
from benchmarks.result_tables import (
    margin,
    mean_and_spread,
    newest_runs,
    of_one_config,
    print_or_write,
    times_asked,
)

ROOT = Path(__file__).resolve().parents[2]
PAGES = {quality_table: "README.md", quality_tagging: "docs/tagging.md", quality_multilabel: "docs/train.md"}


def run(seed: int, config: dict[str, Any], day: int = 1) -> dict[str, Any]:
    return {"set": "x", "seed": seed, "date": f"2026-01-{day:02}", "config": config}


def test_runs_of_another_config_are_left_out() -> None:
    runs = [run(1, {"a": 1}, 1), run(2, {}, 2), run(3, {"a": 1}, 3)]
    assert [each["seed"] for each in of_one_config(runs)] == [1, 3]


def test_a_key_that_came_later_and_is_unset_makes_no_other_config() -> None:
    runs = [run(1, {"text": {"a": 1}}), run(2, {"text": {"a": 1, "b": None}})]
    assert [each["seed"] for each in of_one_config(runs)] == [1, 2]


def test_the_newest_of_a_file_counts_each_kind_for_itself(tmp_path: Path) -> None:
    plain, other = {"task": "tagging", "kind": "a"}, {"task": "tagging", "kind": "b"}
    first = [run(1, plain, 1), run(1, other, 2), run(1, plain, 3), run(1, other | {"task": "joint"}, 4)]
    (tmp_path / "x-1.json").write_text(json.dumps(first))
    (tmp_path / "x-2.json").write_text(json.dumps([run(2, plain, 1)]))
    found = newest_runs(tmp_path, ("tagging",), lambda each: str(each["config"]["kind"]))
    assert {key: [each["date"][-2:] for each in runs] for key, runs in found.items()} == {
        ("x", "a"): ["03", "01"],
        ("x", "b"): ["02"],
    }


def test_equal_figures_have_no_spread() -> None:
    assert mean_and_spread([0.5, 0.5]) == mean_and_spread([0.5]) == "50.0"
    assert mean_and_spread([0.4, 0.6]) == "50.0 ± 14.1"


def test_a_margin_is_a_mean_with_its_interval() -> None:
    margins = [{"value": 0.01, "low": -0.01, "high": 0.03}, {"value": 0.03, "low": 0.0, "high": 0.06}]
    assert margin([{"margin": each} for each in margins]) == "+2.0 [-0.5, +4.5]"


def test_a_table_takes_the_place_of_the_older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text("é\n<!-- a -->\nold\n<!-- /a -->\n<!-- b -->\nkept\n<!-- /b -->\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["table", "--write", str(page), "--results", "here"])
    print_or_write("", "a", lambda folder: f"| \\1 {folder} |\n")
    text = page.read_text(encoding="utf-8")
    assert text == "é\n<!-- a -->\n| \\1 here |\n<!-- /a -->\n<!-- b -->\nkept\n<!-- /b -->\n"


def test_a_file_without_the_lines_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- a -->\n")
    monkeypatch.setattr(sys, "argv", ["table", "--write", str(page)])
    with pytest.raises(SystemExit) as ended:
        print_or_write("", "a", lambda folder: "")
    assert ended.value.code == 2
    assert "lacks the lines <!-- a --> and <!-- /a -->" in capsys.readouterr().err
    assert page.read_text() == "<!-- a -->\n"


@pytest.mark.parametrize("maker", PAGES, ids=lambda maker: maker.__name__)
def test_every_table_has_a_place(maker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text((ROOT / PAGES[maker]).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["table", "--write", str(page), "--results", str(tmp_path)])
    maker.main()
    assert page.read_text(encoding="utf-8").count(maker.HEAD) == 1


def test_every_kept_result_of_a_test_counts_with_its_config(tmp_path: Path) -> None:
    on_test, on_dev = {"judged_on": "test"}, {"judged_on": "dev"}
    first = [run(1, {"a": 1}) | on_test, run(1, {"a": 2}) | on_test, run(1, {"a": 3}) | on_dev]
    (tmp_path / "x-1.json").write_text(json.dumps(first))
    (tmp_path / "x-2.json").write_text(json.dumps([run(2, {"a": 2, "b": None}) | on_test]))
    (tmp_path / "y-1.json").write_text(json.dumps([{**run(1, {}), **on_dev, "set": "y"}]))
    assert times_asked(tmp_path) == {"x": "3 (2)"}


@pytest.mark.parametrize("maker", PAGES, ids=lambda maker: maker.__name__)
def test_pages_hold_the_tables_of_the_kept_results(maker: Any) -> None:
    assert maker.table(RESULTS) in (ROOT / PAGES[maker]).read_text(encoding="utf-8")
