"""What the page says of the config that `init` writes."""

import re
import tomllib
from pathlib import Path

import pytest

from training.cli.main import main

ROOT = Path(__file__).resolve().parents[2]


def test_init_writes_the_recipe_of_the_page_all_but_what_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [
        f"a text of words, number {n}, to read again and again,{n % 2}".replace(", ", " ")
        for n in range(12_000)
    ]
    Path("rows.csv").write_text("text,label\n" + "\n".join(rows), encoding="utf-8")
    assert main(["init", "rows.csv"]) == 0
    written = tomllib.loads(Path("run.toml").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "networks.md").read_text(encoding="utf-8")
    recipe = tomllib.loads(re.search(r"The recipe that did best.*?```toml\n(.*?)```", page, re.DOTALL)[1])

    assert recipe["model"].pop("wide")
    for table, keys in recipe.items():
        assert {key: written[table].get(key) for key in keys} == keys
