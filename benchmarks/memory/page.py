"""Writes ``docs/lab.md`` and its pictures from the kept results."""

import json
from pathlib import Path

from benchmarks.memory import plots, tables
from benchmarks.memory.store import PROBES, Run, kept
from benchmarks.memory.tasks import TASKS

DOCS = Path(__file__).parents[2] / "docs"
TEMPLATE = Path(__file__).with_name("lab.md")
RESULTS = Path(__file__).parents[1] / "results"


def write_page(docs: Path = DOCS) -> Path:
    """Fills the template: ``{{name}}`` becomes a table."""
    runs, probes = list(kept()), json.loads(PROBES.read_text(encoding="utf-8"))
    pictures = docs / "lab"
    pictures.mkdir(parents=True, exist_ok=True)
    adding = _first_seeds(runs, "adding", 100)
    plots.learning(pictures / "adding.svg", adding)
    plots.gradients(pictures / "gradients.svg", adding)
    plots.gates(pictures / "gates.svg", probes["gates"])
    plots.powers(pictures / "powers.svg")
    plots.clipping(pictures / "clipping.svg", probes["clipping"])
    recall = [run for run in runs if run.task == "recall" and run.seed == 1]
    plots.by_length(pictures / "recall.svg", recall, TASKS["recall"].guess)
    text = TEMPLATE.read_text(encoding="utf-8")
    values = {task: tables.score_table(runs, task) for task in TASKS} | {
        "parameters": tables.parameter_table(probes["parameters"]),
        "powers": tables.power_table(probes["powers"]),
        "cells": _kept_table("cells.md"),
        "misspelt": _kept_table("misspelt.md"),
    }
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value)
    page = docs / "lab.md"
    page.write_text(text, encoding="utf-8")
    return page


def _first_seeds(runs: list[Run], task: str, length: int) -> list[Run]:
    """One run a cell, in the order of the tables."""
    found = {run.cell: run for run in runs if (run.task, run.length, run.seed) == (task, length, 1)}
    return [found[cell] for cell in tables.CELLS if cell in found]


def _kept_table(name: str) -> str:
    """A table that another benchmark has written."""
    path = RESULTS / name
    return path.read_text(encoding="utf-8").strip() if path.exists() else tables.UNMEASURED
