"""``engram inspect CONFIG``: what a person should know of the data before a network learns from it."""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from training.data.inspection import Inspection, PartFacts

from training.cli.arguments import add_overrides

NAME = "inspect"
HELP = "classes, duplicates, overlap, conflicts, unknown words and lengths of the data of a config"

_LABELS_SHOWN = 30
_TEXT_SHOWN = 70


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("config", type=Path, metavar="CONFIG", help="a config file")
    add_overrides(parser)
    parser.add_argument("--json", action="store_true", help="print everything as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Prints tables, or JSON with ``--json``."""
    from training.config_file import load_config
    from training.data.inspection import inspect_data

    inspection = inspect_data(load_config(args.config, args.overrides))
    if args.json:
        print(json.dumps(asdict(inspection), ensure_ascii=False, allow_nan=False))
    else:
        _print(inspection)
    return 0


def _print(inspection: "Inspection") -> None:
    from rich.console import Console

    # Texts and labels are data: nothing in them is markup.
    console = Console(markup=False, highlight=False, emoji=False)
    console.print(_parts_table(inspection))
    skipped = ", ".join(f"{reason} {count:,}" for reason, count in inspection.skipped.items()) or "none"
    console.print(f"Skipped rows: {skipped}.  Vocabulary: {inspection.vocabulary:,} entries.", soft_wrap=True)
    console.print(f"Texts with conflicting labels: {inspection.conflicting_texts:,}.", soft_wrap=True)
    for conflict in inspection.conflicts:
        answers = ", ".join(f"{label} ({count})" for label, count in conflict.labels.items())
        console.print(f"  {_shortened(conflict.text)}: {_printable(answers)}", soft_wrap=True)
    for warning in inspection.warnings:
        console.print(f"Note: {_printable(warning)}", soft_wrap=True)


def _parts_table(inspection: "Inspection") -> "Table":
    from rich.table import Table
    from rich.text import Text

    parts = inspection.parts
    table = Table(title=inspection.name, title_justify="left")
    table.add_column("")
    for name in parts:
        table.add_column(name, justify="right")
    for title, shown in _FACTS.items():
        table.add_row(title, *(shown(facts) for facts in parts.values()))
    table.add_section()
    labels = list(dict.fromkeys(label for facts in parts.values() for label in facts.labels))
    for label in labels[:_LABELS_SHOWN]:
        cells = (f"{facts.labels.get(label, 0):,}" for facts in parts.values())
        # Texts, not strings: rich would read "[...]" in a label as markup.
        table.add_row(Text(_printable(label)), *cells)
    if len(labels) > _LABELS_SHOWN:
        table.add_row(f"... and {len(labels) - _LABELS_SHOWN} more labels")
    return table


_FACTS: dict[str, Callable[["PartFacts"], str]] = {
    "rows": lambda facts: f"{facts.rows:,}",
    "duplicates of a row before": lambda facts: f"{facts.duplicates:,}",
    "texts that stand in train": lambda facts: f"{facts.in_train:,}",
    "texts without a token": lambda facts: f"{facts.without_token:,}",
    "unknown tokens": lambda facts: f"{facts.unknown:.2%}",
    "tokens of a text: 5 %, half, 95 %": lambda facts: ", ".join(
        f"{facts.length_quantiles[quantile]:,.0f}" for quantile in ("0.05", "0.5", "0.95")
    ),
    "longest": lambda facts: f"{facts.length_quantiles['1']:,.0f}",
    "texts cut at max_length": lambda facts: f"{facts.truncated:.2%}",
}


def _shortened(text: str) -> str:
    shown = _printable(text)
    return shown if len(shown) <= _TEXT_SHOWN else shown[: _TEXT_SHOWN - 1] + "…"


def _printable(text: str) -> str:
    """The text without what would steer a terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
