"""Sentences about the results, chosen by the figures; empty where there is nothing to say."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import geometric_mean, mean
from typing import Any

from benchmarks.memory.store import Run
from benchmarks.memory.tables import CELLS
from benchmarks.memory.tasks import TASKS

Norms = Sequence[float | None]
# Shares of a gradient below this count as nothing: a tenth of what single precision can tell from the rest.
NOTHING = 1e-8


def learned(runs: Iterable[Run], task: str) -> str:
    """Which cells solve a task at each length that all measured cells ran, and which learn it at none."""
    scores = by_cell_and_length(runs, task)
    cells = [cell for cell in CELLS if any(cell == measured for measured, _ in scores)]
    shared = sorted({at for _, at in scores if all((cell, at) in scores for cell in cells)})
    if not shared:
        return ""
    solvers: dict[str, list[int]] = {}
    for length in shared:
        solved = [cell for cell in cells if TASKS[task].solved_by(scores[cell, length])]
        solvers.setdefault(listed(solved) if solved else "none", []).append(length)
    parts = [f"{_and(f'{length:,}' for length in lengths)} by {names}" for names, lengths in solvers.items()]
    text = f"Solved at {'; at '.join(parts)}."
    lost = [
        cell for cell in cells if all(no_better_than_a_guess(task, scores[cell, length]) for length in shared)
    ]
    if lost:
        text += f" {listed(lost)} {'does' if len(lost) == 1 else 'do'} no better than a guess at any length."
    return text


def by_cell_and_length(runs: Iterable[Run], task: str) -> dict[tuple[str, int], float | None]:
    """Mean score of the seeds that trained with clipping; None where one of them is no number."""
    found: dict[tuple[str, int], list[float | None]] = defaultdict(list)
    for run in runs:
        if run.task == task and run.clipped:
            found[run.cell, run.length].append(run.score)
    return {
        key: None if None in scores else mean(score for score in scores if score is not None)
        for key, scores in found.items()
    }


def no_better_than_a_guess(task: str, score: float | None) -> bool:
    """Within a tenth of a guess, or worse."""
    guess = TASKS[task].guess
    return score is None or (score < 1.1 * guess if TASKS[task].symbols else score > 0.9 * guess)


def control(runs: Iterable[Run]) -> str:
    """What the network without a memory made of the adding problem at length 100."""
    scores = by_cell_and_length(runs, "adding")
    score = scores.get(("feedforward", 100))
    if score is None or not no_better_than_a_guess("adding", score):
        return ""
    return (
        f"The feedforward control, which sees three steps, ends at {score:.3f}, though it has twice the "
        "weights of the plain network."
    )


def gates_forget_first(runs: Iterable[Run]) -> str:
    """Why gated cells fail at recall where the identity-initialised one does not; empty where they do not."""
    scores = by_cell_and_length(runs, "recall")
    gated = [scores.get((cell, 100), 1.0) for cell in ("lstm", "gru")]
    if not all(no_better_than_a_guess("recall", score) for score in gated):
        return ""
    if not TASKS["recall"].solved_by(scores.get(("irnn", 100))):
        return ""
    return (
        "Before training the forget gate of an LSTM lets 0.73 of a number pass at each step (its bias begins "
        f"at 1), so after a hundred steps {0.731**100:.0e} of the symbol is left, and no error tells "
        "the gate to open; the IRNN begins as a copy of its own state, and only has to leave it so."
    )


def jordan_or_elman(runs: Iterable[Run]) -> str:
    """The network that remembers its output beside the one that remembers its hidden layer."""
    runs, told = list(runs), []
    for task, facts in TASKS.items():
        scores = by_cell_and_length(runs, task)
        for length in sorted({at for _, at in scores}):
            jordan, elman = (scores.get((cell, length)) for cell in ("jordan", "simple_rnn"))
            if jordan is not None and elman is not None:
                better = jordan > elman + 0.05 if facts.symbols else jordan < 0.8 * elman
                told.append((f"{task} at {length:,} ({jordan:.3f} against {elman:.3f})", better))
    if not told:
        return ""
    wins = [figure for figure, better in told if better]
    figures = f": {', '.join(wins)}" if wins else ""
    return (
        "Jordan's does clearly better (an error a fifth smaller, a share of right answers five points "
        f"higher) in {len(wins) or 'none'} of the {len(told)} cases measured here{figures}."
    )


def reach(runs: Iterable[Run], clipped: bool) -> str:
    """What is left of the gradient at the far end, by cell."""
    left = {run.cell: far_share(run.gradient) for run in runs if run.clipped is clipped and run.gradient}
    kept = {cell: share for cell, share in left.items() if share is not None and share > NOTHING}
    none = [cell for cell, share in left.items() if share is not None and share <= NOTHING]
    broken = [cell for cell, share in left.items() if share is None]
    parts = []
    if kept:
        parts.append(", ".join(f"`{cell}` {share:.2g}" for cell, share in kept.items()))
    if none:
        parts.append(f"nothing in {listed(none)}")
    if broken:
        parts.append(f"{listed(broken)} ended with weights that are no numbers")
    return "; ".join(parts)


def far_share(norms: Norms) -> float | None:
    """The norm at the first step of a row, that at the last being 1: the mean of the ten first steps."""
    if any(norm is None for norm in norms) or not norms[0]:
        return None
    return mean(norm for norm in norms[-10:] if norm is not None) / norms[0]


def fading(norms: Norms, first: int = 2, last: int = 10) -> float:
    """The share of a gradient that a step leaves, over the steps from ``first`` to ``last``."""
    some = [norm for norm in norms[first : last + 1] if norm]
    return geometric_mean(after / before for before, after in pairwise(some))


def gates(norms: Mapping[str, Norms]) -> dict[str, str]:
    """Figures of an untrained LSTM, by how open its forget gate is."""
    opened = [norm / (norms["open"][0] or 1) for norm in norms["open"] if norm is not None]
    return {
        "gate_open_least": f"{min(opened):.2g}",
        "gate_open_far": f"{opened[-1]:.2g}",
        "gate_half": f"{fading(norms['half open']):.2f}",
        "gate_closed": f"{fading(norms['closed']):.2f}",
    }


def trained_gates(runs: Iterable[Run]) -> str:
    """What forcing the forget gate of a trained cell does to the gradient over the whole row."""
    told = []
    for run in runs:
        learnt = far_share(run.gradient)
        if not run.gates or not run.clipped or learnt is None:
            continue
        opened, closed = (far_share(run.gates[name]) for name in ("open", "closed"))
        told.append(f"`{run.cell}` {learnt:.2g} as learned, {_share(opened)} open, {_share(closed)} closed")
    return "; ".join(told)


def _share(value: float | None) -> str:
    return "no number" if value is None else f"{value:.2g}" if value > NOTHING else "nothing"


def clipping(found: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """When the network that is not clipped ends, and how the clipped one does."""
    losses = found["None"]["loss"]
    kept = [loss for loss in found["1.0"]["loss"][-100:] if loss is not None]
    return {
        "clip_end": str(losses.index(None)) if None in losses else "",
        "clip_start": f"{found['1.0']['loss'][0]:.2g}",
        "clip_loss": f"{mean(kept):.2g}" if len(kept) == 100 else "",
    }


def listed(cells: Sequence[str]) -> str:
    """`a`, `b` and `c`."""
    return _and(f"`{cell}`" for cell in cells)


def _and(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
