import json
from pathlib import Path
from typing import Any

from benchmarks.quality_table import HEAD as LABELS_HEAD
from benchmarks.quality_table import table as labels_table
from benchmarks.quality_tagging import HEAD, table


def run(seed: int, f1: float, crf: bool = True) -> dict[str, Any]:
    def metrics(value: float) -> dict[str, Any]:
        return {name: {"value": value} for name in ("f1", "accuracy", "intent_accuracy")}

    return {
        "set": "atis",
        "seed": seed,
        "judged_on": "test",
        "rows": {"train": 1, "test": 893},
        "network": metrics(f1),
        "baselines": [{"name": "CRF", "metrics": metrics(0.94)}],
        "margin": {"value": f1 - 0.94},
        "config": {"task": "joint", "model": {"crf": crf}},
    }


def test_a_line_for_each_head_with_the_spread_of_the_newest_runs(tmp_path: Path) -> None:
    (tmp_path / "atis-1.json").write_text(json.dumps([run(1, 0.5), run(1, 0.95), run(1, 0.93, crf=False)]))
    (tmp_path / "atis-2.json").write_text(json.dumps([run(2, 0.97)]))
    head, rule, crf, softmax = table(tmp_path).splitlines()
    assert f"{head}\n{rule}\n" == HEAD
    assert (
        crf
        == "| atis (893, 2) | CRF | 96.0 ± 1.4 | 94.0 ± 0.0 | +2.0 | 96.0 ± 1.4 | 94.0 ± 0.0 | 96.0 ± 1.4 |"
    )
    assert softmax.startswith("| atis (893, 1) | softmax | 93.0 | 94.0 | -1.0 |")


def test_sets_with_tags_stay_out_of_the_table_of_labels(tmp_path: Path) -> None:
    (tmp_path / "atis-1.json").write_text(json.dumps([run(1, 0.95)]))
    assert labels_table(tmp_path) == LABELS_HEAD
