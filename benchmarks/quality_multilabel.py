"""The table of the sets with several labels a text from the result files of ``benchmarks.quality``.

Usage: python -m benchmarks.quality_multilabel [--write FILE]

Prints the table, or puts it into FILE between the lines ``<!-- multilabel -->`` and ``<!-- /multilabel -->``.
A row takes the newest result of every seed that was run with the same config as the newest of all; a result
of another config is left out; means of seeds (``--average``) have a row of their own. Figures are means over
the seeds with their deviation; all models answer with thresholds chosen on dev. The linear models are one
label against the others. The margin is that above the first of them, which was the better one on dev without
thresholds; the second may be the better one with them.
"""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.result_tables import Run, margin, metric, newest_runs, print_or_write, set_cell, times_asked

HEAD = (
    "| set (texts judged) | test asked (configs) | macro F1 | micro F1 | exact match "
    "| labels a text: answered, true | linear models: macro F1, micro F1, exact match "
    "| margin of exact match [95 %] |\n"
    "|---|---|---|---|---|---|---|---|\n"
)
# The accuracy of a text is that its labels are exactly the right ones.
FIGURES = ("macro_f1", "micro_f1", "accuracy")


def main() -> None:
    """Prints the table or writes it into a file."""
    print_or_write(__doc__, "multilabel", table)


def table(results: Path) -> str:
    """A row for each set."""
    found = newest_runs(results, ("multilabel",), members)
    asked = times_asked(results)
    return HEAD + "".join(row(name + kind, asked.get(name, ""), runs) for (name, kind), runs in found.items())


def members(run: Run) -> str:
    """Tells the mean of several networks from a single one."""
    return "" if run["members"] == 1 else ", their mean"


def row(name: str, asked: str, runs: Sequence[Run]) -> str:
    """One line."""
    cells = [
        set_cell(name, runs, sum(run["members"] for run in runs)),
        asked,
        *figures([run["network"] for run in runs]),
        cardinality(runs),
        "; ".join(linear(runs, place) for place in range(len(runs[0]["baselines"]))),
        margin(runs),
    ]
    return f"| {' | '.join(cells)} |\n"


def figures(of_runs: Sequence[dict[str, Any]]) -> list[str]:
    """Mean and deviation of each figure."""
    return [metric(of_runs, figure) for figure in FIGURES]


def linear(runs: Sequence[Run], place: int) -> str:
    """The linear model that was so good on dev: its name and figures."""
    facts = [run["baselines"][place] for run in runs]
    return f"{facts[0]['name']}: {', '.join(figures([each['metrics'] for each in facts]))}"


def cardinality(runs: Sequence[Run]) -> str:
    """Mean number of labels of a text; nothing where a run did not keep it."""
    if not all(run.get("cardinality") for run in runs):
        return ""
    answered, true = (
        statistics.fmean(run["cardinality"][kind] for run in runs) for kind in ("answered", "labelled")
    )
    return f"{answered:.2f}, {true:.2f}"


if __name__ == "__main__":
    main()
