"""A matplotlib figure as inline SVG that takes its colours and its font from the page around it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from io import StringIO

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

INK, MUTED, RULE, ACCENT = "#10a0a1", "#10a0a2", "#10a0a3", "#10a0a4"
"""Colours of a plot. Each stands for a CSS variable of the page, which has a light and a dark value."""

_VARIABLES = {INK: "var(--ink)", MUTED: "var(--muted)", RULE: "var(--rule)", ACCENT: "var(--accent)"}

_STYLE = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0.0,
    "ytick.major.size": 0.0,
    "lines.linewidth": 1.6,
}


@dataclass(frozen=True, slots=True)
class Plot:
    """An inline SVG element and the sentence below it."""

    svg: Markup
    caption: str


@contextmanager
def plot_style() -> Iterator[None]:
    """The look of every plot, whatever the user's matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def inline_svg(figure: Figure, name: str, description: str) -> Markup:
    """The figure as an ``<svg>`` element, the same bytes for the same figure. Call within ``plot_style``.

    Args:
        name: keeps the ids of two plots on one page apart.
        description: what a screen reader says.
    """
    target = StringIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        figure.savefig(
            target,
            format="svg",
            transparent=True,
            metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")),
        )
    svg = target.getvalue()
    box = re.search(r'viewBox="[^"]*"', svg)
    assert box is not None
    body = svg[svg.index(">", box.end()) + 1 :]
    # The style element would hold for the whole page, and group names are not unique in it.
    body = re.sub(r"<style.*?</style>", "", body, count=1, flags=re.DOTALL)
    body = re.sub(r'<g id="[^"]*"', "<g", body)
    for colour, variable in _VARIABLES.items():
        body = body.replace(colour, variable)
    return Markup(f'<svg {box.group()} role="img" aria-label="{escape(description)}">{body.strip()}')
