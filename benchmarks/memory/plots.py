"""The pictures of the laboratory, as SVG files."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.memory.store import Run
from benchmarks.memory.tables import CELLS

_COLOURS = dict(zip(CELLS, mpl.color_sequences["tab10"], strict=False))
_FLOOR = 1e-12


@contextmanager
def picture(path: Path, **axes: Any) -> Iterator[Any]:
    """One pair of axes, written to ``path`` at the end; the same bytes for the same data."""
    style = {"svg.hashsalt": "lab", "axes.spines.top": False, "axes.spines.right": False, "font.size": 9}
    with mpl.rc_context(style):
        figure = Figure(figsize=(6.4, 3.6), layout="constrained")
        found = figure.add_subplot()
        yield found
        found.set(**axes)
        found.grid(axis="y", alpha=0.3)
        if found.get_legend_handles_labels()[0]:
            found.legend(frameon=False, fontsize=8)
        figure.savefig(path, metadata={"Date": None})


def learning(path: Path, runs: Sequence[Run]) -> None:
    """Adding problem: error by step, one line a cell."""
    with picture(path, yscale="log", xlabel="training steps", ylabel="mean squared error") as axes:
        axes.axhline(1 / 6, color="grey", linestyle=":", linewidth=1)
        for run in runs:
            steps = [100 * (place + 1) for place in range(len(run.curve))]
            axes.plot(steps, run.curve, label=run.cell, color=_COLOURS[run.cell], linewidth=1.2)


def gradients(path: Path, runs: Sequence[Run]) -> None:
    """Gradient norm by distance in time of trained cells, the last step being 1."""
    shown = {run.cell: run.gradient for run in runs if run.gradient}
    _by_distance(path, shown, {name: _COLOURS[name] for name in shown})


def gates(path: Path, norms: Mapping[str, Sequence[float]]) -> None:
    """The same for an untrained LSTM, by how open its forget gate is."""
    colours = dict(zip(norms, mpl.color_sequences["tab10"], strict=False))
    _by_distance(path, {name: list(each) for name, each in norms.items()}, colours)


def _by_distance(path: Path, shown: Mapping[str, Sequence[float]], colours: Mapping[str, Any]) -> None:
    labels = {"xlabel": "steps before the last one", "ylabel": "gradient norm, last step = 1"}
    with picture(path, yscale="log", ylim=(1e-10, 1e3), **labels) as axes:
        for name, norms in shown.items():
            shares = [max(norm / max(norms[0], _FLOOR), _FLOOR) for norm in norms]
            axes.plot(shares, label=name, color=colours[name], linewidth=1.2)


def powers(path: Path) -> None:
    """w^n for a few w around 1."""
    with picture(path, yscale="log", ylim=(1e-6, 1e6), xlabel="steps n", ylabel="w^n") as axes:
        for weight in (1.01, 1.005, 1.0, 0.995, 0.99, 0.9):
            axes.plot([max(weight**n, 1e-9) for n in range(1000)], label=f"w = {weight}", linewidth=1.2)


def clipping(path: Path, found: Mapping[str, Mapping[str, Sequence[float | None]]]) -> None:
    """Gradient norm by step, with and without clipping; a cross where numbers end."""
    labels = {"xlabel": "training steps", "ylabel": "gradient norm before clipping"}
    with picture(path, yscale="log", **labels) as axes:
        for name, (clip, curves) in zip(("not clipped", "clipped at 1"), found.items(), strict=True):
            norms = curves["norm"]
            end = norms.index(None) if None in norms else len(norms)
            axes.plot(norms[:end], label=name, linewidth=1.0, marker="x" if clip == "None" else None)


def by_length(path: Path, runs: Sequence[Run], guess: float) -> None:
    """Score by length, one line a cell."""
    with picture(path, xscale="log", xlabel="steps in a row", ylabel="share of symbols right") as axes:
        axes.axhline(guess, color="grey", linestyle=":", linewidth=1)
        for cell in CELLS:
            points = sorted((run.length, run.score) for run in runs if run.cell == cell)
            if points:
                lengths, scores = zip(*points, strict=True)
                axes.plot(lengths, scores, marker="o", markersize=3, label=cell, color=_COLOURS[cell])
