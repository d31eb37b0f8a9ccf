from pathlib import Path
from typing import Any

from benchmarks import quality_tagging
from benchmarks.quality_tagging import HEAD
from tests.benchmarks.kept import rows_of


def run(seed: int, f1: float, crf: bool = True, **changes: Any) -> dict[str, Any]:
    def metrics(*values: float) -> dict[str, Any]:
        names = ("f1", "intent_accuracy", "accuracy")
        return {name: {"value": value} for name, value in zip(names, values, strict=True)}

    return {
        "set": "atis",
        "seed": seed,
        "date": f"2026-01-0{seed}",
        "judged_on": "test",
        "rows": {"train": 1, "test": 893},
        "network": metrics(f1, f1 + 0.01, f1 - 0.1),
        "baselines": [{"name": "CRF", "metrics": metrics(0.94, 0.93, 0.8)}],
        "margin": {"value": f1 - 0.94, "low": f1 - 0.95, "high": f1 - 0.93},
        "config": {"task": "joint", "model": {"crf": crf}, "training": {"epochs": 5}},
    } | changes


def test_a_row_for_each_head_with_the_spread_of_the_newest_runs(tmp_path: Path) -> None:
    first = [run(1, 0.5), run(1, 0.95), run(1, 0.93, crf=False)]
    crf, softmax = rows_of(quality_tagging, tmp_path, first, [run(2, 0.97)])
    assert crf == (
        "| atis (893, 2 seeds) | 4 (2) | CRF | 96.0 ± 1.4 | 97.0 ± 1.4 | 86.0 ± 1.4 | 94.0 | 93.0 | 80.0 "
        "| +2.0 [+1.0, +3.0] |"
    )
    assert softmax == (
        "| atis (893, 1 seed) | 4 (2) | softmax | 93.0 | 94.0 | 83.0 | 94.0 | 93.0 | 80.0 "
        "| -1.0 [-2.0, 0.0] |"
    )
    assert crf.count("|") == softmax.count("|") == HEAD.splitlines()[0].count("|")


def test_runs_of_another_config_are_not_averaged(tmp_path: Path) -> None:
    other = {"task": "joint", "model": {"crf": True}, "training": {"epochs": 9}}
    (row,) = rows_of(quality_tagging, tmp_path, [run(1, 0.5, config=other)], [run(2, 0.97)], [run(3, 0.97)])
    assert row.startswith("| atis (893, 2 seeds) | 3 (2) | CRF | 97.0 |")


def test_a_softmax_of_another_recipe_says_so(tmp_path: Path) -> None:
    other = {"task": "joint", "model": {"crf": False}, "training": {"epochs": 9}}
    _, softmax = rows_of(quality_tagging, tmp_path, [run(1, 0.97), run(1, 0.96, config=other)])
    assert softmax.startswith("| atis (893, 1 seed) | 2 (2) | softmax, another recipe | 96.0 |")


def test_plain_tagging_has_no_figures_of_intents(tmp_path: Path) -> None:
    plain = {
        "set": "cluener",
        "network": {"f1": {"value": 0.7}, "accuracy": {"value": 0.5}},
        "baselines": [{"name": "CRF", "metrics": {"f1": {"value": 0.6}, "accuracy": {"value": 0.4}}}],
        "config": {"task": "tagging", "model": {"crf": True}},
    }
    (row,) = rows_of(quality_tagging, tmp_path, [run(1, 0.95, **plain)])
    assert row.startswith("| cluener (893, 1 seed) | 1 (1) | CRF | 70.0 |  | 50.0 | 60.0 |  | 40.0 |")


def test_sets_without_tags_are_left_out(tmp_path: Path) -> None:
    assert rows_of(quality_tagging, tmp_path, [run(1, 0.9, config={"task": "multilabel"})]) == []
