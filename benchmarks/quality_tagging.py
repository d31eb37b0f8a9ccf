"""The table of the sets with tags from the result files of ``benchmarks.quality``.

Usage: python -m benchmarks.quality_tagging [--write FILE]

Prints the table, or puts it into FILE between the lines ``<!-- tagging -->`` and ``<!-- /tagging -->``. A set
has a row for networks with a CRF and one for those without (``--set model.crf=false``). A row takes the
newest result of every seed that was run with the same config as the newest of all; a result of another config
is left out. Figures are means over the seeds with their deviation. Where the networks without a CRF differ
from those with one in anything else, their row says so.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.result_tables import (
    Run,
    margin,
    metric,
    newest_runs,
    print_or_write,
    set_cell,
    set_keys,
    times_asked,
)

HEAD = (
    "| set (texts judged) | test asked (configs) | head | F1 | intents | whole sentences "
    "| baseline F1 | intents | whole sentences | margin of F1 [95 %] |\n"
    "|---|---|---|---|---|---|---|---|---|---|\n"
)
FIGURES = ("f1", "intent_accuracy", "accuracy")
CRF, SOFTMAX = "CRF", "softmax"


def main() -> None:
    """Prints the table or writes it into a file."""
    print_or_write(__doc__, "tagging", table)


def table(results: Path) -> str:
    """A row for each set and head."""
    found = newest_runs(results, ("tagging", "joint"), head)
    asked = times_asked(results)
    rows = ""
    for (name, kind), runs in found.items():
        beside = found.get((name, CRF), runs)
        same = recipe(runs[0]) == recipe(beside[0])
        rows += row(name, asked.get(name, ""), kind if same else f"{kind}, another recipe", runs)
    return HEAD + rows


def head(run: Run) -> str:
    """What chooses the tags of a network."""
    return CRF if run["config"]["model"]["crf"] else SOFTMAX


def recipe(run: Run) -> dict[str, Any]:
    """The config but for the CRF."""
    config = set_keys(run["config"])
    return config | {"model": {key: value for key, value in config["model"].items() if key != "crf"}}


def row(name: str, asked: str, kind: str, runs: Sequence[Run]) -> str:
    """One line."""
    ours = [run["network"] for run in runs]
    theirs = [run["baselines"][0]["metrics"] for run in runs]
    cells = [
        set_cell(name, runs, len(runs)),
        asked,
        kind,
        *(metric(metrics, figure) for metrics in (ours, theirs) for figure in FIGURES),
        margin(runs),
    ]
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    main()
