"""The table of the sets with tags: F1 of entities, mean and standard deviation over the seeds.

Usage: python -m benchmarks.quality_tagging [RESULTS]

Makes a Markdown table of the results that ``python -m benchmarks.quality SET --data FOLDER --seed N --final``
keeps: one line a set and head (``--set model.crf=false`` gives the one without a CRF).
"""

import argparse
import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.quality import RESULTS

Run = dict[str, Any]

HEAD = (
    "| set (test texts, seeds) | head | F1 | baseline F1 | margin | intent | baseline intent "
    "| texts all right |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", nargs="?", type=Path, default=RESULTS)
    print(table(parser.parse_args().results), end="")


def table(results: Path) -> str:
    """A line for each set and head, of the newest run of each seed."""
    found: dict[tuple[str, str], dict[int, Run]] = {}
    for path in sorted(results.glob("*.json")):
        for run in json.loads(path.read_text(encoding="utf-8")):
            if run["config"].get("task") in ("tagging", "joint"):
                head = "CRF" if run["config"]["model"]["crf"] else "softmax"
                found.setdefault((run["set"], head), {})[run["seed"]] = run
    return HEAD + "".join(
        row(name, head, list(runs.values())) for (name, head), runs in sorted(found.items())
    )


def row(name: str, head: str, runs: Sequence[Run]) -> str:
    """One line."""
    n = runs[0]["rows"][runs[0]["judged_on"]]
    theirs = [run["baselines"][0]["metrics"] for run in runs]
    ours = [run["network"] for run in runs]
    cells = [
        f"{name} ({n:,}, {len(runs)})",
        head,
        spread(ours, "f1"),
        spread(theirs, "f1"),
        f"{statistics.fmean(run['margin']['value'] for run in runs) * 100:+.1f}",
        spread(ours, "intent_accuracy"),
        spread(theirs, "intent_accuracy"),
        spread(ours, "accuracy"),
    ]
    return f"| {' | '.join(cells)} |\n"


def spread(metrics: Sequence[dict[str, Any]], name: str) -> str:
    """Mean and standard deviation in percent; nothing where the task has no such figure."""
    values = [each[name]["value"] * 100 for each in metrics if name in each]
    if not values:
        return ""
    deviation = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
    return f"{statistics.fmean(values):.1f}{deviation}"


if __name__ == "__main__":
    main()
