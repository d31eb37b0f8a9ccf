import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.quality import HERE, figures, file_overrides, keep
from benchmarks.quality_table import HEAD, table
from training.config_file import load_config

CONFIGS = sorted((HERE / "configs").glob("*.toml"))


def run(seed: int, accuracy: float, **changes: Any) -> dict[str, Any]:
    def metrics(value: float) -> dict[str, Any]:
        accuracy = {"value": value, "low": value - 0.01, "high": value + 0.01}
        return {"accuracy": accuracy, "ece": {"value": 0.015}}

    return {
        "set": "imdb",
        "seed": seed,
        "members": 1,
        "date": f"2026-01-0{seed}",
        "judged_on": "test",
        "rows": {"train": 1, "dev": 1, "test": 25_000},
        "network": metrics(accuracy),
        "wide": None,
        "baselines": [
            {"name": "NB-weighted 1-3-grams, x", "metrics": metrics(0.92)},
            {"name": "TF-IDF 1-2-grams, y", "metrics": metrics(0.91)},
        ],
        "margin": {"value": accuracy - 0.92, "low": accuracy - 0.925, "high": accuracy - 0.915},
        "robustness": [
            {
                "name": "words shuffled",
                "n": 2_000,
                "accuracy": {"network": 0.88, "baseline": 0.9},
                "unchanged": {"network": accuracy, "baseline": 0.92},
            },
            {
                "name": "other data",
                "n": 1_821,
                "accuracy": {"network": 0.815, "baseline": 0.773},
                "unchanged": None,
            },
        ],
        "seconds": 600,
        "config": {"model": {"units": 64}},
    } | changes


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_every_config_can_be_trained_and_its_test_stays_closed_until_the_end(config: Path) -> None:
    data = Path("/data")
    closed = load_config(config, file_overrides(config, data, final=False))
    opened = load_config(config, file_overrides(config, data, final=True))
    assert closed.data.test is None
    assert closed.data.other is None
    assert isinstance(opened.data.test, Path)
    assert opened.data.test.is_relative_to(data)
    assert opened.data.train == closed.data.train
    assert opened.name == config.stem
    assert opened.model_copy(update={"data": closed.data}) == closed


def test_the_table_holds_means_over_seeds_of_one_config(tmp_path: Path) -> None:
    other = {"model": {"units": 1}}
    for seed, result in enumerate([run(1, 0.5, config=other), run(2, 0.915), run(3, 0.925)], start=1):
        keep(tmp_path / f"imdb-{seed}.json", result)
    text = table(tmp_path)
    assert text.startswith(HEAD)
    (line,) = text.removeprefix(HEAD).splitlines()
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[:12] == [
        "imdb (25,000, 2 seeds)",
        "3 (2)",
        "91.0",
        "92.0",
        "92.0 ± 0.7",
        "",
        "",
        "",
        "0.0 [-0.5, +0.5]",
        "1.5",
        "network -4.0, baseline -2.0",
        "network 81.5, baseline 77.3",
    ]
    assert "ULMFiT" in cells[12]
    assert cells[13] == "10.0"


def test_a_newer_result_of_a_seed_takes_the_place_of_the_older(tmp_path: Path) -> None:
    path = tmp_path / "imdb-1.json"
    keep(path, run(1, 0.5))
    keep(path, run(1, 0.9))
    assert len(json.loads(path.read_text())) == 2
    assert "| 90.0 |" in table(tmp_path)


def test_a_wide_side_is_shown_side_by_side(tmp_path: Path) -> None:
    sides = {"accuracy": {"test": {"recurrent": 0.915, "linear": 0.919, "blend": 0.927}}, "linear_share": 0.4}
    keep(tmp_path / "imdb-1.json", run(1, 0.927, wide=sides))
    assert "| 91.5 | 91.9 | 92.7 (0.40) |  | +0.7 " in table(tmp_path)


def test_the_mean_of_seeds_stands_beside_them_and_has_the_margin(tmp_path: Path) -> None:
    for seed, result in enumerate([run(1, 0.91), run(2, 0.92), run(3, 0.93, members=2)], start=1):
        keep(tmp_path / f"imdb-{seed}.json", result)
    line = table(tmp_path).removeprefix(HEAD)
    assert line.startswith(
        "| imdb (25,000, 2 seeds) | 3 (1) | 91.0 | 92.0 | 91.5 ± 0.7 |  |  | 93.0 | +1.0 ["
    )


def test_sets_that_are_judged_by_other_figures_are_left_out(tmp_path: Path) -> None:
    for number, task in enumerate(("multilabel", "tagging", "joint")):
        keep(tmp_path / f"{number}-1.json", run(1, 0.9, network={}, config={"task": task}))
    assert table(tmp_path) == HEAD


def test_a_result_names_no_folder_of_the_machine(tiny_artifact: Path) -> None:
    manifest = json.loads((tiny_artifact / "manifest.json").read_text())
    manifest["config"]["data"]["train"] = "/somewhere/private/tiny/train.csv"
    body = figures("tiny", manifest, 12.3, Path("/somewhere/private"))
    assert body["config"]["data"]["train"] == "tiny/train.csv"
    assert "/somewhere" not in json.dumps(body)
    assert body["judged_on"] == "test"
    assert body["network"] == manifest["test"]["metrics"]
    assert body["cardinality"] == {}
    assert body["robustness"][0]["name"] == "words shuffled"
    assert str(tiny_artifact.parent) not in json.dumps(body)
