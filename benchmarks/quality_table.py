"""The table of quality from the result files of ``benchmarks.quality``.

Usage: python -m benchmarks.quality_table [--write FILE]

Prints the table, or puts it into FILE between the lines ``<!-- quality -->`` and ``<!-- /quality -->``. A row
takes the newest result of every seed that was run with the same config as the newest of all; a result of
another config is left out. The margin is that of the last network of the row: the mean of all seeds where it
was judged, else the blend, else the recurrent network.
"""

import statistics
from collections.abc import Sequence
from pathlib import Path

from benchmarks.literature import LITERATURE
from benchmarks.result_tables import (
    Run,
    margin,
    mean_and_spread,
    newest_runs,
    print_or_write,
    set_cell,
    times_asked,
)
from models.figures import in_percent

HEAD = (
    "| set (rows judged) | test asked (configs) | TF-IDF | NB-weighted | recurrent alone | linear side "
    "| blend (linear share) | mean of seeds, blended | margin [95 %] | calibration error | words shuffled "
    "| other data | literature | minutes a seed |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
)


def main() -> None:
    """Prints the table or writes it into a file."""
    print_or_write(__doc__, "quality", table)


def table(results: Path) -> str:
    """The rows of all sets that have results, in the order of ``LITERATURE``."""
    of_kinds = newest_runs(results, ("classification",))
    found = {name: runs for (name, _), runs in of_kinds.items()}
    names = [name for name in LITERATURE if name in found] + sorted(set(found) - set(LITERATURE))
    asked = times_asked(results)
    return HEAD + "".join(row(name, found[name], asked.get(name, "")) for name in names)


def row(name: str, runs: Sequence[Run], asked: str) -> str:
    """One line. The intervals are means over the seeds."""
    seeds = [run for run in runs if run["members"] == 1]
    means = [run for run in runs if run["members"] > 1]
    cells = [
        set_cell(name, runs, len(seeds)),
        asked,
        baseline(runs, "TF-IDF"),
        baseline(runs, "NB-weighted"),
        *networks(seeds),
        accuracy(means),
        margin(means or seeds),
        calibration(means or seeds),
        changed(means or seeds, "words shuffled"),
        other(means or seeds),
        LITERATURE.get(name, ""),
        f"{statistics.fmean(run['seconds'] for run in seeds) / 60:.1f}" if seeds else "",
    ]
    return f"| {' | '.join(cells)} |\n"


def networks(runs: Sequence[Run]) -> tuple[str, str, str]:
    """Accuracy of the recurrent side, the linear one and both; of the first where there is no other."""
    sides = [run["wide"] for run in runs if run.get("wide")]
    if not sides:
        return accuracy(runs), "", ""
    part = runs[0]["judged_on"]
    recurrent, linear = (
        mean_and_spread([each["accuracy"][part][side] for each in sides]) for side in ("recurrent", "linear")
    )
    share = statistics.fmean(each["linear_share"] for each in sides)
    return recurrent, linear, f"{accuracy(runs)} ({share:.2f})"


def accuracy(runs: Sequence[Run]) -> str:
    """Of the whole networks, with the deviation over the seeds."""
    return mean_and_spread([run["network"]["accuracy"]["value"] for run in runs]) if runs else ""


def baseline(runs: Sequence[Run], kind: str) -> str:
    """Accuracy of one linear model."""
    found = [
        facts["metrics"]["accuracy"]["value"]
        for run in runs
        for facts in run["baselines"]
        if facts["name"].startswith(kind)
    ]
    return mean_and_spread(found) if found else ""


def calibration(runs: Sequence[Run]) -> str:
    """Expected calibration error of the whole networks."""
    return mean_and_spread([run["network"]["ece"]["value"] for run in runs])


def changed(runs: Sequence[Run], name: str) -> str:
    """By how much the accuracy of network and baseline changes."""
    rows = [line for run in runs for line in run["robustness"] if line["name"] == name]
    shown = []
    for model in rows[0]["accuracy"] if rows else ():
        change = statistics.fmean(line["accuracy"][model] - line["unchanged"][model] for line in rows)
        shown.append(f"{model} {in_percent(change, signed=True)}")
    return ", ".join(shown)


def other(runs: Sequence[Run]) -> str:
    """Accuracy on the second file."""
    rows = [line for run in runs for line in run["robustness"] if line["name"] == "other data"]
    shown = [
        f"{model} {mean_and_spread([line['accuracy'][model] for line in rows])}"
        for model in (rows[0]["accuracy"] if rows else ())
    ]
    scope = [run["out_of_scope_auroc"] for run in runs if "out_of_scope_auroc" in run]
    if scope:
        shown.append(f"out of scope: AUROC {mean_and_spread(scope)}")
    return ", ".join(shown)


if __name__ == "__main__":
    main()
