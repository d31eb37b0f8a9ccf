"""Results as Markdown tables."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import mean

from benchmarks.memory.store import Run
from benchmarks.memory.tasks import TASKS

CELLS = (
    "lstm",
    "peephole_lstm",
    "gru",
    "irnn",
    "scrn",
    "clockwork",
    "jordan",
    "simple_rnn",
    "feedforward",
)
UNMEASURED = "Not measured yet."
_NONE = "–"


def score_table(runs: Iterable[Run], task: str) -> str:
    """Mean score of the seeds: a row a cell, a column a length."""
    found: dict[tuple[str, int], list[Run]] = defaultdict(list)
    for run in runs:
        if run.task == task and run.clipped:
            found[run.cell, run.length].append(run)
    if not found:
        return UNMEASURED
    lengths = sorted({length for _, length in found})
    rows = [
        [f"`{cell}`", *(_cell(found.get((cell, length), []), task) for length in lengths)]
        for cell in CELLS
        if any((cell, length) in found for length in lengths)
    ]
    guess = f"{TASKS[task].guess:.3f}"
    rows.append(["a guess", *(guess for _ in lengths)])
    steps = (
        _steps(run for (_, at), runs in found.items() for run in runs if at == length) for length in lengths
    )
    rows.append(["training steps", *steps])
    return table(["cell", *(f"{length:,} steps" for length in lengths)], rows)


def _cell(runs: Sequence[Run], task: str) -> str:
    if not runs:
        return _NONE
    digits = 3 if TASKS[task].symbols else 4
    scores = [run.score for run in runs if run.score is not None]
    least = 10.0**-digits
    score = mean(scores) if len(scores) == len(runs) else None
    shown = "no number" if score is None else f"{score:.{digits}f}" if score > least else f"below {least:g}"
    steps = [run.steps_needed for run in runs if run.steps_needed]
    solved = f", solved after {round(mean(steps)):,}" if len(steps) == len(runs) else ""
    seeds = f" ({len(runs)} seeds{solved})" if len(runs) > 1 else f" ({solved[2:]})" if solved else ""
    return shown + seeds


def _steps(runs: Iterable[Run]) -> str:
    """The training steps of runs of one length, which all cells share."""
    return " or ".join(f"{int(steps):,}" for steps in sorted({run.budget.get("steps") or 0 for run in runs}))


def parameter_table(counts: dict[str, int]) -> str:
    """Weights of a layer, and how many times those of the plain network."""
    plain = counts["simple_rnn"]
    rows = [[f"`{cell}`", f"{counts[cell]:,}", f"{counts[cell] / plain:.2f}"] for cell in CELLS]
    return table(["cell", "weights", "times `simple_rnn`"], rows)


def power_table(powers: dict[str, dict[str, float]]) -> str:
    """y = w^999 and its slope."""
    rows = [[weight, f"{found['y']:,.6g}", f"{found['slope']:,.5g}"] for weight, found in powers.items()]
    return table(["w", "y = w^999", "dy/dw"], rows)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown; the first column holds names."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
