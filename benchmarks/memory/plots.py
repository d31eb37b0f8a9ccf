"""The pictures of the laboratory, as SVG files."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import nan
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from benchmarks.memory.store import Run
from benchmarks.memory.tables import CELLS
from benchmarks.memory.words import Norms

_COLOURS = dict(zip(CELLS, mpl.color_sequences["tab10"], strict=False))
_FLOOR = 1e-12


@contextmanager
def picture(path: Path, panels: int = 1, **axes: Any) -> Iterator[Any]:
    """A pair of axes, or several in a row, written to ``path`` at the end; same data, same bytes."""
    style = {"svg.hashsalt": "lab", "axes.spines.top": False, "axes.spines.right": False, "font.size": 9}
    with mpl.rc_context(style):
        figure = Figure(figsize=(6.4 if panels == 1 else 9.0, 3.6), layout="constrained")
        found = figure.subplots(1, panels, sharey=True)
        yield found
        for place, each in enumerate(np.atleast_1d(found)):
            each.set(**axes if place == 0 else axes | {"ylabel": None})
            each.grid(axis="y", alpha=0.3)
        handles, names = np.atleast_1d(found)[0].get_legend_handles_labels()
        if handles:
            # Beside the axes: with nine cells there is no room between the lines.
            figure.legend(handles, names, loc="outside right upper", frameon=False, fontsize=8)
        figure.savefig(path, metadata={"Date": None})


def learning(path: Path, runs: Sequence[Run]) -> None:
    """Adding problem: error by step, one line a cell; no file where there is no run."""
    if not runs:
        path.unlink(missing_ok=True)
        return
    with picture(path, yscale="log", xlabel="training steps", ylabel="mean squared error") as axes:
        axes.axhline(1 / 6, color="grey", linestyle=":", linewidth=1)
        for run in runs:
            steps = [100 * (place + 1) for place in range(len(run.curve))]
            curve = [nan if value is None else value for value in run.curve]
            axes.plot(steps, curve, label=run.cell, color=_COLOURS[run.cell], linewidth=1.2)


def gradients(path: Path, runs: Sequence[Run]) -> None:
    """Gradient norm by distance in time of trained cells, the last step being 1, clipped and not."""
    panels = {}
    for title, clipped in (("clipped at 1", True), ("not clipped", False)):
        shown = {run.cell: run.gradient for run in runs if run.clipped is clipped and _finite(run.gradient)}
        if shown:
            panels[title] = shown
    _by_distance(path, panels, _COLOURS)


def gates(path: Path, norms: Mapping[str, Norms]) -> None:
    """The same for an untrained LSTM, by how open its forget gate is."""
    _by_distance(path, {"": norms}, dict(zip(norms, mpl.color_sequences["tab10"], strict=False)))


def trained_gates(path: Path, runs: Sequence[Run]) -> None:
    """The same for trained cells with their forget gate as it is, open and closed."""
    panels = {run.cell: {"as learned": run.gradient, **run.gates} for run in runs}
    colours = dict(zip(("open", "as learned", "closed"), mpl.color_sequences["tab10"], strict=False))
    _by_distance(path, panels, colours)


def _by_distance(path: Path, panels: Mapping[str, Mapping[str, Norms]], colours: Mapping[str, Any]) -> None:
    """Side by side where there are several, by title; no file where there is none."""
    if not panels:
        path.unlink(missing_ok=True)
        return
    labels: dict[str, Any] = {"xlabel": "steps before the last one", "ylabel": "gradient norm, last step = 1"}
    with picture(path, panels=len(panels), yscale="log", ylim=(1e-10, 1e3), **labels) as axes:
        for place, (title, shown) in zip(np.atleast_1d(axes), panels.items(), strict=True):
            place.set_title(title, fontsize=9)
            for name, norms in shown.items():
                place.plot(_shares(norms), label=name, color=colours[name], linewidth=1.2)


def _shares(norms: Norms) -> list[float]:
    """Norms with the first as 1; a norm of nothing is drawn below the edge."""
    first = max(norms[0] or 0.0, _FLOOR)
    return [max((norm or 0.0) / first, _FLOOR) for norm in norms]


def _finite(norms: Norms) -> bool:
    return bool(norms) and None not in norms


def powers(path: Path) -> None:
    """w^n for a few w around 1."""
    with picture(path, yscale="log", ylim=(1e-6, 1e6), xlabel="steps n", ylabel="w^n") as axes:
        for weight in (1.01, 1.005, 1.0, 0.995, 0.99, 0.9):
            axes.plot([max(weight**n, 1e-9) for n in range(1000)], label=f"w = {weight}", linewidth=1.2)


def clipping(path: Path, found: Mapping[str, Mapping[str, Sequence[float | None]]]) -> None:
    """Gradient norm by step, with and without clipping; a cross where numbers end."""
    labels = {"xlabel": "training steps", "ylabel": "gradient norm before clipping"}
    with picture(path, yscale="log", **labels) as axes:
        for name, curves in zip(("not clipped", "clipped at 1"), found.values(), strict=True):
            norms = curves["norm"]
            end = norms.index(None) if None in norms else len(norms)
            cross = {"marker": "x", "markevery": [end - 1]} if end < len(norms) else {}
            axes.plot(norms[:end], label=name, linewidth=1.0, **cross)


def by_length(path: Path, scores: Mapping[tuple[str, int], float | None], guess: float) -> None:
    """Score by length, one line a cell; no file where there is no score."""
    if not scores:
        path.unlink(missing_ok=True)
        return
    with picture(path, xlabel="steps in a row", ylabel="share of symbols right") as axes:
        # Before the ticks, which it would replace.
        axes.set_xscale("log")
        axes.axhline(guess, color="grey", linestyle=":", linewidth=1)
        for cell in CELLS:
            lengths = sorted(length for name, length in scores if name == cell)
            shares = [nan if (score := scores[cell, length]) is None else score for length in lengths]
            if lengths:
                axes.plot(lengths, shares, marker="o", markersize=3, label=cell, color=_COLOURS[cell])
        lengths = sorted({length for _, length in scores})
        axes.set_xticks(lengths, [str(length) for length in lengths], minor=False)
        axes.minorticks_off()
