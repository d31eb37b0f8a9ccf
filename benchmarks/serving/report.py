"""The figures as JSON, as Markdown tables and as a plot."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.serving.measure import Cell, Footprint

# The load by which ways are compared in the plot and in the first table, where it was measured.
_MAIN = (16, 50)


def write_report(
    cells: Sequence[Cell], footprints: Sequence[Footprint], facts: dict[str, Any], path: Path
) -> str:
    """Writes ``path`` with the suffixes ``.json``, ``.md`` and ``.svg``. Returns the Markdown."""
    content = facts | {
        "cells": [asdict(cell) for cell in cells],
        "footprints": [asdict(each) for each in footprints],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".json").write_text(json.dumps(content, indent=2) + "\n")
    text = markdown(cells, footprints, facts)
    path.with_suffix(".md").write_text(text)
    plot(cells, path.with_suffix(".svg"))
    return text


def markdown(cells: Sequence[Cell], footprints: Sequence[Footprint], facts: dict[str, Any]) -> str:
    """A table of the main load with start and memory, then one of all loads."""
    main = {cell.way: cell for cell in _main(cells)}
    clients, tokens = _load(next(iter(main.values())))
    lines = [
        f"{clients} clients, one text of {tokens} tokens a request, {facts['workers']} workers, "
        f"{facts['cpus']} CPUs; medians of {facts['rounds']} rounds of {facts['seconds']:g} s.",
        "",
        "| way | requests/s | to no-op | to `predict` | p50 | p99 | CPU a request | RSS a worker | start |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for each in footprints:
        cell = main[each.way]
        lines.append(
            f"| {each.way} | {cell.requests_per_second:,.0f} | {_ratio(cell, main.get('noop'))} "
            f"| {_ratio(cell, main.get('predict'))} | {cell.p50_ms:.1f} ms | {cell.p99_ms:.1f} ms "
            f"| {cell.cpu_ms:.2f} ms | {each.worker_rss_mb:.0f} MB | {each.start_s:.1f} s |"
        )
    loads = list(dict.fromkeys(map(_load, cells)))
    lines += [
        "",
        "Requests/s, p50 / p99 in ms, by clients x tokens.",
        "",
        "| way | " + " | ".join(f"{clients} x {tokens}" for clients, tokens in loads) + " |",
        "|---" * (len(loads) + 1) + "|",
    ]
    for way in main:
        row = [
            f"{cell.requests_per_second:,.0f}, {cell.p50_ms:.1f} / {cell.p99_ms:.1f}"
            for cell in cells
            if cell.way == way
        ]
        lines.append(f"| {way} | " + " | ".join(row) + " |")
    return "\n".join(lines) + "\n"


def plot(cells: Sequence[Cell], path: Path) -> None:
    """Requests a second of each way, and its latency from the median to the 99th percentile."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    main = list(reversed(_main(cells)))
    names = [cell.way for cell in main]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 0.42 * len(main) + 1.2), sharey=True)
    bars = left.barh(names, [cell.requests_per_second for cell in main], color=_colours(names))
    left.bar_label(bars, [f"{cell.requests_per_second:,.0f}" for cell in main], padding=3)
    fastest = max(cell.requests_per_second for cell in main)
    left.set(xscale="log", xlabel="requests a second", xlim=(1, 5 * fastest))
    right.barh(
        names,
        [cell.p99_ms - cell.p50_ms for cell in main],
        left=[cell.p50_ms for cell in main],
        color=_colours(names),
    )
    right.set(xscale="log", xlabel="latency, median to 99th percentile, ms")
    right.set(xlim=(min(cell.p50_ms for cell in main) / 2, None))
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    clients, tokens = _load(main[0])
    figure.suptitle(f"{clients} clients, one text of {tokens} tokens a request")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _load(cell: Cell) -> tuple[int, int]:
    return cell.clients, cell.tokens


def _main(cells: Sequence[Cell]) -> list[Cell]:
    loads = [_load(cell) for cell in cells]
    chosen = _MAIN if _MAIN in loads else loads[0]
    return [cell for cell in cells if _load(cell) == chosen]


def _ratio(cell: Cell, other: Cell | None) -> str:
    return f"{cell.requests_per_second / other.requests_per_second:.2f}x" if other else ""


def _colours(names: Sequence[str]) -> list[str]:
    return ["#1f6feb" if name.startswith("engram") else "#8c959f" for name in names]
