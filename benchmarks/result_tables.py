"""What the tables of result files share: which runs count, how a figure is shown, where a table is put."""

import argparse
import json
import re
import statistics
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from benchmarks.quality import RESULTS
from models.figures import in_percent

Run = dict[str, Any]


def print_or_write(doc: str | None, marker: str, table: Callable[[Path], str]) -> None:
    """The command of one table: prints it, or puts it into the file of ``--write``.

    Args:
        doc: what ``--help`` says.
        marker: the table stands between the lines ``<!-- marker -->`` and ``<!-- /marker -->`` of that file.
        table: makes it of a folder of results.
    """
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=Path, metavar="FILE", help="a file with the two markers")
    parser.add_argument("--results", type=Path, default=RESULTS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    text = table(args.results)
    if args.write is None:
        print(text, end="")
        return
    between = re.compile(f"(<!-- {marker} -->\n).*?(<!-- /{marker} -->)", re.DOTALL)
    before = args.write.read_text(encoding="utf-8")
    if not between.search(before):
        parser.error(f"{args.write} lacks the lines <!-- {marker} --> and <!-- /{marker} -->")
    args.write.write_text(between.sub(lambda found: found[1] + text + found[2], before), encoding="utf-8")


def newest_runs(
    results: Path, tasks: Collection[str], kind: Callable[[Run], str] = lambda _: ""
) -> dict[tuple[str, str], list[Run]]:
    """The runs of some tasks by set and kind: the newest of every file, those of one config only."""
    found: dict[tuple[str, str], dict[Path, Run]] = {}
    for path in sorted(results.glob("*.json")):
        for run in json.loads(path.read_text(encoding="utf-8")):
            if run["config"].get("task", "classification") in tasks:
                found.setdefault((run["set"], kind(run)), {})[path] = run
    return {key: of_one_config(list(runs.values())) for key, runs in sorted(found.items())}


def of_one_config(runs: Sequence[Run]) -> list[Run]:
    """The runs with the config of the newest one."""
    newest = max(runs, key=lambda run: run["date"])
    return [run for run in runs if set_keys(run["config"]) == set_keys(newest["config"])]


def times_asked(results: Path) -> dict[str, str]:
    """How often the test of each set was asked: kept results of it, and configs among them."""
    found: dict[str, list[Run]] = {}
    for path in sorted(results.glob("*.json")):
        for run in json.loads(path.read_text(encoding="utf-8")):
            if run["judged_on"] == "test":
                found.setdefault(run["set"], []).append(run)
    return {name: _times(runs) for name, runs in found.items()}


def _times(runs: Sequence[Run]) -> str:
    configs: list[dict[str, Any]] = []
    for run in runs:
        if (config := set_keys(run["config"])) not in configs:
            configs.append(config)
    return f"{len(runs)} ({len(configs)})"


def set_keys(config: dict[str, Any]) -> dict[str, Any]:
    """A config without the keys that are unset: one that did not exist yet was unset, too."""
    return {
        key: set_keys(value) if isinstance(value, dict) else value
        for key, value in config.items()
        if value is not None
    }


def set_cell(name: str, runs: Sequence[Run], seeds: int) -> str:
    """The set with the number of rows that the runs were judged on, and how many seeds there are."""
    n = runs[0]["rows"].get(runs[0]["judged_on"], 0)
    return f"{name} ({n:,}, {seeds} {'seed' if seeds == 1 else 'seeds'})"


def metric(of_runs: Sequence[dict[str, Any]], name: str) -> str:
    """Mean and deviation of a metric; nothing where the task has none of this name."""
    values = [metrics[name]["value"] for metrics in of_runs if name in metrics]
    return mean_and_spread(values) if values else ""


def margin(runs: Sequence[Run]) -> str:
    """By how much the main figure is above that of the baseline which was the better one on dev."""
    value, low, high = (
        in_percent(statistics.fmean(run["margin"][key] for run in runs), signed=True)
        for key in ("value", "low", "high")
    )
    return f"{value} [{low}, {high}]"


def mean_and_spread(values: Sequence[float]) -> str:
    """In percent; the deviation where there are several that differ."""
    mean = in_percent(statistics.fmean(values))
    if len(values) < 2 or len(set(values)) == 1:
        return mean
    return f"{mean} ± {in_percent(statistics.stdev(values))}"
