from pathlib import Path
from typing import Any

from benchmarks import quality_multilabel
from benchmarks.quality_multilabel import HEAD
from tests.benchmarks.kept import rows_of


def run(seed: int, macro: float, **changes: Any) -> dict[str, Any]:
    def metrics(*values: float) -> dict[str, Any]:
        names = ("macro_f1", "micro_f1", "accuracy")
        return {name: {"value": value} for name, value in zip(names, values, strict=True)}

    return {
        "set": "goemotions",
        "seed": seed,
        "members": 1,
        "date": f"2026-01-0{seed}",
        "judged_on": "test",
        "rows": {"train": 1, "test": 5_427},
        "network": metrics(macro, 0.55, 0.45),
        "cardinality": {"labelled": 1.17, "answered": 1.25 + seed / 10},
        "baselines": [
            {"name": "TF-IDF 1-2-grams, y", "metrics": metrics(0.38, 0.5, 0.4)},
            {"name": "NB-weighted 1-3-grams, x", "metrics": metrics(0.1, 0.1, 0.1)},
        ],
        "margin": {"value": 0.05, "low": 0.04, "high": 0.06},
        "config": {"task": "multilabel"},
    } | changes


def test_a_row_holds_means_beside_the_linear_models(tmp_path: Path) -> None:
    other = run(3, 0.9, date="2025", config={"task": "multilabel", "seed": 3})
    (row,) = rows_of(quality_multilabel, tmp_path, [run(1, 0.1), run(1, 0.41)], [run(2, 0.43)], [other])
    assert row == (
        "| goemotions (5,427, 2 seeds) | 4 (2) | 42.0 ± 1.4 | 55.0 | 45.0 | 1.40, 1.17 | TF-IDF 1-2-grams, "
        "y: 38.0, 50.0, 40.0; NB-weighted 1-3-grams, x: 10.0, 10.0, 10.0 | +5.0 [+4.0, +6.0] |"
    )
    assert row.count("|") == HEAD.splitlines()[0].count("|")


def test_a_result_from_before_the_number_of_labels_was_kept_shows_none(tmp_path: Path) -> None:
    old = run(1, 0.41)
    del old["cardinality"]
    (row,) = rows_of(quality_multilabel, tmp_path, [old], [run(2, 0.41)])
    assert row.startswith("| goemotions (5,427, 2 seeds) | 2 (1) | 41.0 | 55.0 | 45.0 |  | TF-IDF")


def test_a_mean_of_networks_is_no_seed(tmp_path: Path) -> None:
    one, mean = rows_of(quality_multilabel, tmp_path, [run(1, 0.41)], [run(2, 0.45, members=3)])
    assert one.startswith("| goemotions (5,427, 1 seed) | 2 (1) | 41.0 |")
    assert mean.startswith("| goemotions, their mean (5,427, 3 seeds) | 2 (1) | 45.0 |")


def test_sets_of_one_label_a_text_are_left_out(tmp_path: Path) -> None:
    assert rows_of(quality_multilabel, tmp_path, [run(1, 0.9, config={})]) == []
