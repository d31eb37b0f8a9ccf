"""The table of quality from the result files of ``benchmarks.quality``.

Usage: python -m benchmarks.quality_table [--write FILE]

Prints the table, or puts it into FILE between the lines ``<!-- quality -->`` and ``<!-- /quality -->``. A row
takes the newest result of every seed that was run with the same config as the newest of all; a result of
another config is left out. The margin is that of the last network of the row: the mean of all seeds where it
was judged, else the blend, else the recurrent network.
"""

import argparse
import json
import re
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.literature import LITERATURE

RESULTS = Path(__file__).parent / "results" / "quality"
MARKERS = re.compile(r"(<!-- quality -->\n).*?(<!-- /quality -->)", re.DOTALL)
HEAD = (
    "| set (rows judged) | TF-IDF | NB-weighted | recurrent alone | linear side | blend (linear share) "
    "| mean of seeds, blended | margin [95 %] | calibration error | words shuffled | other data | literature "
    "| minutes a seed |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
)

Run = dict[str, Any]


def main() -> None:
    """Prints the table or writes it into a file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="a file with the two markers")
    parser.add_argument("--results", type=Path, default=RESULTS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    text = table(args.results)
    if args.write is None:
        print(text, end="")
        return
    before = args.write.read_text(encoding="utf-8")
    if not MARKERS.search(before):
        parser.error(f"{args.write} lacks the lines <!-- quality --> and <!-- /quality -->")
    args.write.write_text(MARKERS.sub(lambda found: found[1] + text + found[2], before), encoding="utf-8")


def table(results: Path) -> str:
    """The rows of all sets that have results, in the order of ``LITERATURE``."""
    found: dict[str, list[Run]] = {}
    for path in sorted(results.glob("*.json")):
        newest = json.loads(path.read_text(encoding="utf-8"))[-1]
        if newest["config"].get("task", "classification") != "classification":
            continue  # judged by other figures: benchmarks.quality_tagging for tags
        found.setdefault(newest["set"], []).append(newest)
    names = [name for name in LITERATURE if name in found] + sorted(set(found) - set(LITERATURE))
    return HEAD + "".join(row(name, of_one_config(found[name])) for name in names)


def of_one_config(runs: Sequence[Run]) -> list[Run]:
    """The runs with the config of the newest one."""
    newest = max(runs, key=lambda run: run["date"])
    return [run for run in runs if set_keys(run["config"]) == set_keys(newest["config"])]


def set_keys(config: dict[str, Any]) -> dict[str, Any]:
    """A config without the keys that are unset: one that did not exist yet was unset, too."""
    return {
        key: set_keys(value) if isinstance(value, dict) else value
        for key, value in config.items()
        if value is not None
    }


def row(name: str, runs: Sequence[Run]) -> str:
    """One line. The intervals are means over the seeds."""
    seeds = [run for run in runs if run["members"] == 1]
    means = [run for run in runs if run["members"] > 1]
    first = runs[0]
    n = first["rows"].get(first["judged_on"], 0)
    cells = [
        f"{name} ({n:,}, {len(seeds)} {'seed' if len(seeds) == 1 else 'seeds'})",
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


def margin(runs: Sequence[Run]) -> str:
    """Accuracy above the baseline that was the better one on dev."""
    value, low, high = (
        statistics.fmean(run["margin"][key] for run in runs) * 100 for key in ("value", "low", "high")
    )
    return f"{value:+.1f} [{low:+.1f}, {high:+.1f}]"


def changed(runs: Sequence[Run], name: str) -> str:
    """By how much the accuracy of network and baseline changes."""
    rows = [line for run in runs for line in run["robustness"] if line["name"] == name]
    shown = []
    for model in rows[0]["accuracy"] if rows else ():
        change = statistics.fmean(line["accuracy"][model] - line["unchanged"][model] for line in rows)
        shown.append(f"{model} {change * 100:+.1f}")
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


def mean_and_spread(values: Sequence[float]) -> str:
    """In percent; the deviation where there are several that differ."""
    mean = f"{statistics.fmean(values) * 100:.1f}"
    if len(values) < 2 or len(set(values)) == 1:
        return mean
    return f"{mean} ± {statistics.stdev(values) * 100:.1f}"


if __name__ == "__main__":
    main()
