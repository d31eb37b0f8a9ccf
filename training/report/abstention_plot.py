"""The plot of accuracy against the share of texts that are answered."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from models.runtime.manifest import CoveragePoint
from training.report.svg import ACCENT, INK, Plot, inline_svg, plot_style


def coverage_plot(points: Sequence[CoveragePoint], abstain_below: float) -> Plot:
    """Accuracy of the answered dev rows by their share, and where the model's own threshold stands."""
    with plot_style():
        figure = Figure(figsize=(4.7, 3.1), layout="constrained")
        axes = figure.add_subplot()
        axes.plot(
            [point.coverage for point in points],
            [point.accuracy for point in points],
            color=ACCENT,
            marker="o",
            markersize=3.5,
        )
        chosen = next((point for point in reversed(points) if point.threshold <= abstain_below), points[0])
        axes.plot(chosen.coverage, chosen.accuracy, marker="o", markersize=7, color=INK, fillstyle="none")
        axes.set(
            title="Abstention", xlabel="share of the dev rows that are answered", ylabel="accuracy of these"
        )
        axes.set_xlim(0, 1.02)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(PercentFormatter(1.0, symbol="\u00a0%"))
        axes.grid()
        caption = "The surest answers first. The circle is near what the model's own threshold answers."
        return Plot(inline_svg(figure, "coverage", "Line plot of accuracy by coverage."), caption)
