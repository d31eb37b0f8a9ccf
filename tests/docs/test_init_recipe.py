"""What pages say of the config that `init` writes."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from benchmarks.quality import RESULTS
from benchmarks.result_tables import newest_runs
from training.cli.main import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """For 12,000 rows, which hold enough tokens for word vectors."""
    monkeypatch.chdir(tmp_path)
    rows = [f"a text of words number {n} to read again and again,{n % 2}" for n in range(12_000)]
    Path("rows.csv").write_text("text,label\n" + "\n".join(rows), encoding="utf-8")
    assert main(["init", "rows.csv"]) == 0
    return tomllib.loads(Path("run.toml").read_text(encoding="utf-8"))


def test_init_writes_the_recipe_of_the_page_all_but_its_wide_side(written: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "networks.md").read_text(encoding="utf-8")
    block = re.search(r"The recipe that did best.*?```toml\n(.*?)```", page, re.DOTALL)
    assert block is not None
    recipe = tomllib.loads(block[1])

    assert recipe["model"].pop("wide")
    for table, keys in recipe.items():
        assert {key: written[table].get(key) for key in keys} == keys


def test_readme_says_what_init_writes_and_that_the_table_has_other_recipes(written: dict[str, Any]) -> None:
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    runs = newest_runs(RESULTS, ("classification",)).values()
    of_table = [size(of_set[0]["config"]) for of_set in runs]
    cell, units, epochs, batch = size(written)

    assert f"that is an {cell.upper()}-{units}, {epochs} epochs in batches of {batch}, noise" in readme
    assert sum(each != size(written) for each in of_table) > len(of_table) / 2
    assert "recipe of the table above" not in readme


def size(config: dict[str, Any]) -> tuple[Any, ...]:
    """What recipes differ in."""
    training = config["training"]
    return config["model"]["cell"], config["model"]["units"], training["epochs"], training["batch_size"]
