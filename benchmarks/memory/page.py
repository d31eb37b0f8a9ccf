"""Writes ``docs/lab.md`` and its pictures from the kept results."""

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.memory import plots, tables, words
from benchmarks.memory.store import PROBES, Run, kept
from benchmarks.memory.tasks import TASKS

DOCS = Path(__file__).parents[2] / "docs"
TEMPLATE = Path(__file__).with_name("lab.md")
RESULTS = Path(__file__).parents[1] / "results"


def write_page(docs: Path = DOCS) -> Path:
    """Fills the template and draws its pictures; what has no results is left out."""
    runs, probes = list(kept()), json.loads(PROBES.read_text(encoding="utf-8"))
    draw(docs / "lab", runs, probes)
    page = docs / "lab.md"
    page.write_text(fill(TEMPLATE.read_text(encoding="utf-8"), facts(runs, probes)), encoding="utf-8")
    return page


def draw(pictures: Path, runs: list[Run], probes: dict[str, Any]) -> None:
    """Every picture there are results for; one without goes away."""
    pictures.mkdir(parents=True, exist_ok=True)
    adding = _first_seeds(runs, "adding", 100)
    plots.learning(pictures / "adding.svg", [run for run in adding if run.clipped])
    plots.gradients(pictures / "gradients.svg", adding)
    plots.gates(pictures / "gates.svg", probes["gates"])
    plots.trained_gates(pictures / "trained_gates.svg", [run for run in adding if run.gates and run.clipped])
    plots.powers(pictures / "powers.svg")
    plots.clipping(pictures / "clipping.svg", probes["clipping"])
    for task in ("recall", "copy"):
        path = pictures / f"{task}.svg"
        plots.by_length(path, words.by_cell_and_length(runs, task), TASKS[task].guess)


def facts(runs: list[Run], probes: dict[str, Any]) -> dict[str, str]:
    """What the template's names stand for; an empty value leaves out the block of that name."""
    adding = _first_seeds(runs, "adding", 100)
    return {
        **{task: tables.score_table(runs, task) for task in TASKS},
        **{f"{task}_learned": words.learned(runs, task) for task in TASKS},
        "control": words.control(runs),
        "gates_forget": words.gates_forget_first(runs),
        "jordan": words.jordan_or_elman(runs),
        "reach": words.reach(adding, clipped=True),
        "reach_unclipped": words.reach(adding, clipped=False),
        "trained_gates": words.trained_gates(adding),
        **words.gates(probes["gates"]),
        **words.clipping(probes["clipping"]),
        "parameters": tables.parameter_table(probes["parameters"]),
        "powers": tables.power_table(probes["powers"]),
        "cells": _kept_table("cells.md"),
        "misspelt": _kept_table("misspelt.md"),
    }


def fill(template: str, values: dict[str, str]) -> str:
    """``{{name}}`` becomes a value; a block ``{{#name}}`` ... ``{{/name}}`` goes where that is empty."""

    def block(match: re.Match[str]) -> str:
        return match["inside"] if values[match["name"]] else ""

    text = re.sub(r"\{\{#(?P<name>\w+)\}\}\n(?P<inside>.*?)\{\{/(?P=name)\}\}\n", block, template, flags=re.S)
    text = re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], text)
    return re.sub(r"\n{3,}", "\n\n", text)


def _first_seeds(runs: list[Run], task: str, length: int) -> list[Run]:
    """Of each cell the run with clipping and the one without, in the order of the tables."""
    found = [run for run in runs if (run.task, run.length, run.seed) == (task, length, 1)]
    return sorted(found, key=lambda run: (tables.CELLS.index(run.cell), not run.clipped))


def _kept_table(name: str) -> str:
    """A table that another benchmark has written."""
    path = RESULTS / name
    return path.read_text(encoding="utf-8").strip() if path.exists() else tables.UNMEASURED
