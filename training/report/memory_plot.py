"""How far back the network's memory reaches."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from training.report.svg import ACCENT, Plot, inline_svg, plot_style


def memory_plots(training: Mapping[str, Any]) -> list[Plot]:
    """The plot of a manifest's ``training``; none where the model was saved before there was one."""
    norms = training.get("gradient_by_distance")
    return [memory_plot(norms)] if norms else []


def memory_plot(norms: Sequence[float]) -> Plot:
    """Gradient norm by distance in time, against that of the last word; see ``training.gradients``."""
    first = norms[0] or max(norms) or 1.0
    shares = [max(norm / first, 1e-12) for norm in norms]
    with plot_style():
        figure = Figure(figsize=(4.7, 3.1), layout="constrained")
        axes = figure.add_subplot()
        axes.plot(range(len(shares)), shares, color=ACCENT)
        axes.set_yscale("log")
        # The usual labels of a logarithmic axis are mathematical markup, which an SVG does not read.
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.grid(axis="y")
        axes.set(
            title="How far back the memory reaches",
            xlabel="words before the last one",
            ylabel="gradient norm, last word = 1",
            xlim=(0, max(1, len(shares) - 1)),
        )
        caption = (
            "How much a word moves the final state of the top layer, in reading order, on dev texts of "
            f"middle length. {_reach(shares)}"
        )
        return Plot(
            inline_svg(figure, "memory", "Line plot of the gradient norm by distance in time."), caption
        )


def _reach(shares: Sequence[float]) -> str:
    below = next((distance for distance, share in enumerate(shares) if share < 0.01), None)
    if below is None:
        return "It stays above a hundredth of the last word's all along."
    return f"It falls below a hundredth of the last word's after {below} {'word' if below == 1 else 'words'}."
