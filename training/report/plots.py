"""The plots of the page. None holds a text or a label of the data: those stand in tables, as HTML."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.ticker import MaxNLocator, PercentFormatter, StrMethodFormatter

from models.figures import in_thousandths
from models.runtime.manifest import DataReference
from training.history import History
from training.report.confusion import Confusion, in_blocks, row_shares
from training.report.figures import percent
from training.report.material import JudgedRows
from training.report.reliability import Reliability
from training.report.svg import ACCENT, INK, MUTED, Plot, inline_svg, plot_style

_SIZE = (4.7, 3.1)
_BARS = 30
_PERCENT = "\u00a0%"
_MOST_BLOCKS = 60
_SHADES = (0.15, 0.35, 0.6, 0.8, 1.0)
_WIDE, _NARROW = ("0.05", "0.95"), ("0.25", "0.75")


def loss_plot(history: History) -> Plot:
    """Training and dev loss of each epoch."""
    with plot_style():
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.add_subplot()
        epochs = [record.epoch for record in history.epochs]
        losses = {
            "train": [record.train_loss for record in history.epochs],
            "dev": [record.dev_loss for record in history.epochs],
        }
        axes.plot(epochs, losses["train"], color=MUTED, marker="o", markersize=3.5, linestyle="--")
        axes.plot(epochs, losses["dev"], color=ACCENT, marker="o", markersize=3.5)
        _name_line_ends(axes, epochs[-1], losses, {"train": MUTED, "dev": ACCENT})
        _epoch_axis(axes, history)
        # The margin below must not show losses that cannot be.
        axes.set_ylim(bottom=max(axes.get_ylim()[0], min(0.0, *losses["train"], *losses["dev"])))
        axes.set(title="Loss", ylabel="cross-entropy (nats)")
        caption = (
            "The network minimises the training loss; the dev loss shows when it starts to learn by heart."
        )
        return Plot(inline_svg(figure, "loss", "Line plot of training and dev loss by epoch."), caption)


def score_plot(history: History, monitor: str) -> Plot:
    """The dev score that chose the weights; dev accuracy where that is the loss."""
    by_loss = monitor == "loss"
    title = "Dev accuracy" if by_loss else f"Dev {monitor.replace('_', ' ').replace('f1', 'F1')}"
    with plot_style():
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.add_subplot()
        epochs = [record.epoch for record in history.epochs]
        scores = [record.dev_accuracy if by_loss else record.score for record in history.epochs]
        axes.plot(epochs, scores, color=ACCENT, marker="o", markersize=3.5)
        if history.best_epoch in epochs:
            at = epochs.index(history.best_epoch)
            axes.plot(epochs[at], scores[at], marker="o", markersize=7, color=ACCENT)
        _epoch_axis(axes, history)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=_PERCENT))
        axes.set(title=title, ylabel="share of dev rows" if "accuracy" in title else "score")
        chosen = "the lowest dev loss" if by_loss else "this score"
        caption = f"The weights of epoch {history.best_epoch} were kept, chosen by {chosen}."
        return Plot(
            inline_svg(figure, "score", f"Line plot of {title.replace('Dev', 'dev')} by epoch."), caption
        )


def reliability_plot(found: Reliability, title: str) -> Plot:
    """Accuracy by confidence, with the number of answers below."""
    with plot_style():
        figure = Figure(figsize=(4.7, 4.2), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        filled = [one for one in found.bins if one.count]
        most = max(one.count for one in filled)
        upper.plot([0, 1], [0, 1], color=MUTED, linestyle="--", linewidth=1)
        upper.plot([b.confidence for b in filled], [b.accuracy for b in filled], color=ACCENT, linewidth=1)
        upper.scatter(
            [b.confidence for b in filled],
            [b.accuracy for b in filled],
            s=[10 + 70 * b.count / most for b in filled],
            color=ACCENT,
            linewidths=0,
            zorder=3,
            clip_on=False,
        )
        upper.text(
            0.02, 0.95, f"ECE {in_thousandths(found.ece)}", transform=upper.transAxes, va="top", weight="bold"
        )
        upper.set(title=title, ylabel="accuracy", xlim=(0, 1), ylim=(0, 1.02))
        width = found.bins[0].high
        lower.bar(
            [b.low for b in found.bins], [b.count for b in found.bins], width, align="edge", color=MUTED
        )
        lower.set(xlabel="confidence", ylabel="answers")
        # Below the 0 of the other axis, not on it.
        lower.tick_params(axis="x", pad=8)
        for axes in (upper, lower):
            axes.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=_PERCENT))
            axes.grid(axis="y")
        upper.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=_PERCENT))
        _count_axis(lower, 2)
        what = f"Reliability diagram {title.lower()}, expected calibration error {in_thousandths(found.ece)}."
        return Plot(inline_svg(figure, f"reliability {title}", what), "")


def length_plot(judged: JudgedRows, data: DataReference, max_length: int) -> Plot:
    """How many tokens the judged rows have, and the training rows above them."""
    right = max(float(np.quantile(judged.lengths, 0.99)), data.length_quantiles.get("0.95", 0.0), 1.0)
    width = math.ceil((right + 1) / _BARS)
    edges = np.arange(0, right + 1 + width, width)
    beyond = int((judged.lengths >= edges[-1]).sum())
    with plot_style():
        figure = Figure(figsize=_SIZE, layout="constrained")
        upper, axes = figure.subplots(2, 1, sharex=True, height_ratios=[1, 9])
        _spread(upper, data.length_quantiles)
        axes.hist(np.minimum(judged.lengths, edges[-1] - 1), bins=edges.tolist(), color=ACCENT, alpha=0.75)
        if max_length < edges[-1]:
            _mark(axes, max_length, f"reads {max_length}", INK, left=True)
        axes.grid(axis="y")
        axes.set(xlabel="tokens in a text", ylabel=f"{judged.split} rows", xlim=(0, edges[-1]))
        _count_axis(axes, 5)
        upper.set_title("Length")
        caption = "Line above: training rows (thin 5 to 95 %, thick 25 to 75 %, dot the median)."
        if beyond:
            caption += f" The last bar also holds {beyond:,} longer {'row' if beyond == 1 else 'rows'}."
        return Plot(inline_svg(figure, "length", f"Histogram of tokens in the {judged.split} rows."), caption)


def unknown_plot(judged: JudgedRows, data: DataReference) -> Plot:
    """Which share of a row's tokens the vocabulary lacks."""
    right = min(1.0, max(0.05, math.ceil(float(judged.unknown.max()) * 20) / 20))
    with plot_style():
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.add_subplot()
        axes.hist(judged.unknown, bins=np.linspace(0, right, 21).tolist(), color=ACCENT, alpha=0.75)
        _mark(axes, data.unknown_rate, f"train {percent(data.unknown_rate)}", INK)
        axes.grid(axis="y")
        # Steps that whole percents can name, and room above the bars for the name of the line.
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, 0 if right > 0.1 else 1, _PERCENT))
        axes.set_ylim(top=1.15 * axes.get_ylim()[1])
        _count_axis(axes, 5)
        axes.set(
            title="Unknown words",
            xlabel="share of a text's tokens not in the vocabulary",
            xlim=(0, right),
            ylabel=f"{judged.split} rows",
        )
        caption = "Dotted line: share of all training tokens. Texts far to the right are hardly known."
        what = f"Histogram of the share of unknown words in the {judged.split} rows."
        return Plot(inline_svg(figure, "unknown", what), caption)


def confusion_plot(confusion: Confusion) -> Plot:
    """A compact heat map for many labels: darker is a larger share of the label's rows."""
    counts, size = in_blocks(confusion, _MOST_BLOCKS)
    shares = row_shares(counts.tolist())
    shades = np.minimum((shares * len(_SHADES)).astype(int), len(_SHADES) - 1)
    with plot_style():
        figure = Figure(figsize=(4.7, 4.7), layout="constrained")
        axes = figure.add_subplot()
        for shade, alpha in enumerate(_SHADES):
            cells = np.argwhere((shades == shade) & (shares > 0))
            if len(cells):
                axes.add_patch(squares(cells, alpha))
        blocks = len(counts)
        axes.set(xlim=(0, blocks), ylim=(blocks, 0), aspect="equal", xlabel="answer", ylabel="label")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(MaxNLocator(6, integer=True))
            axis.set_major_formatter(lambda at, _: f"{int(at) * size}")
        axes.spines[["top", "right"]].set_visible(True)
        unit = "one label" if size == 1 else f"{size} neighbouring labels"
        caption = (
            "Rows by label and answer, in the order of the manifest's labels, counted from 0; "
            f"a cell is {unit}, darker is a larger share of its line. Off the diagonal is wrong."
        )
        return Plot(inline_svg(figure, "confusion", "Heat map of labels and answers."), caption)


def squares(cells: npt.NDArray[np.integer], alpha: float) -> Any:
    """Cells [n, 2] (row, column) as one patch."""
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])
    codes = [Outline.MOVETO, *[Outline.LINETO] * 3, Outline.CLOSEPOLY]
    points = (cells[:, None, ::-1] + corners).reshape(-1, 2)
    return PathPatch(Outline(points, codes * len(cells)), facecolor=ACCENT, alpha=alpha, linewidth=0)


def _spread(axes: Any, quantiles: Mapping[str, float]) -> None:
    """Where the training rows lie, as a line; empty where the quantiles are not known."""
    axes.axis("off")
    axes.set_ylim(-1, 1)
    for (low, high), thickness in ((_WIDE, 1.2), (_NARROW, 4.0)):
        if low in quantiles and high in quantiles:
            axes.plot([quantiles[low], quantiles[high]], [0, 0], color=INK, linewidth=thickness)
    if "0.5" in quantiles:
        axes.plot(quantiles["0.5"], 0, marker="o", markersize=6, color=ACCENT)


def _count_axis(axes: Any, most_ticks: int) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(most_ticks, integer=True))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def _mark(axes: Any, x: float, text: str, colour: str, *, left: bool = False) -> None:
    """A dotted line from bottom to top, named at its upper end."""
    axes.axvline(x, color=colour, linewidth=1, linestyle=":")
    axes.annotate(
        text,
        (x, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(-4 if left else 4, -2),
        textcoords="offset points",
        ha="right" if left else "left",
        va="top",
        color=colour,
    )


def _epoch_axis(axes: Any, history: History) -> None:
    last = history.epochs[-1].epoch
    late = history.best_epoch > last / 2 + 0.5
    _mark(axes, history.best_epoch, f"best: epoch {history.best_epoch}", MUTED, left=late)
    axes.xaxis.set_major_locator(MaxNLocator(min(10, last), integer=True, min_n_ticks=1))
    axes.set_xlim(history.epochs[0].epoch - 0.3, last + 0.3)
    axes.margins(y=0.15)
    axes.set_xlabel("epoch")
    axes.grid(axis="y")


def _name_line_ends(
    axes: Any, x: float, lines: Mapping[str, Sequence[float]], colours: Mapping[str, str]
) -> None:
    """Names beside the last points, moved apart so that they never meet."""
    order = sorted(lines, key=lambda name: lines[name][-1])
    for name, shift in zip(order, (-5, 5), strict=True):
        axes.annotate(
            name,
            (x, lines[name][-1]),
            xytext=(6, shift),
            textcoords="offset points",
            color=colours[name],
            va="center",
            annotation_clip=False,
        )
