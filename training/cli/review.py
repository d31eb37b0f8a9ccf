"""``engram review CONFIG``: rows whose label may be wrong, the most doubtful first."""

import argparse
import csv
import json
import sys
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import InputError
from training.cli.arguments import add_overrides, positive

if TYPE_CHECKING:
    from training.review import Review

NAME = "review"
HELP = "list rows whose label may be wrong, and equal or nearly equal texts with different labels"
_TEXT_SHOWN = 100
_MOST_DOUBTFUL = 0.4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("config", type=Path, metavar="CONFIG", help="a config file")
    add_overrides(parser)
    parser.add_argument(
        "--most", type=positive, default=30, metavar="N", help="how many are shown; default: 30"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write all doubtful rows to a CSV file")
    parser.add_argument("--json", action="store_true", help="print everything as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Prints what is doubtful, or JSON with ``--json``."""
    if args.output is not None and args.output.exists():
        raise InputError(f"{args.output} exists already and is not overwritten; give another --output.")

    from training.config_file import load_config
    from training.review import review

    found = review(load_config(args.config, args.overrides))
    if args.output is not None:
        _write(args.output, found)
    if args.json:
        print(json.dumps(asdict(found), ensure_ascii=False, allow_nan=False))
    else:
        _print(found, args.most)
    return 0


def _write(path: Path, found: "Review") -> None:
    from training.review import Doubt

    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [field.name for field in fields(Doubt)])
            writer.writeheader()
            writer.writerows(asdict(doubt) for doubt in found.doubts)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error


def _print(found: "Review", most: int) -> None:
    share = len(found.doubts) / found.rows
    print(
        f"{len(found.doubts):,} of {found.rows:,} rows ({share:.1%}) have a label that may be wrong.",
        file=sys.stderr,
    )
    if share > _MOST_DOUBTFUL:
        print(
            "note: with so many the texts may not tell the label at all; is data.label_column the right one?",
            file=sys.stderr,
        )
    for doubt in found.doubts[:most]:
        place = _place(found, doubt.part, doubt.row)
        print(
            f"{place}: {doubt.given!r}, perhaps {doubt.suggested!r} ({doubt.doubt:.0%}): {_shown(doubt.text)}"
        )
    for conflict in found.conflicts[:most]:
        labels = ", ".join(f"{label!r} {count}x" for label, count in conflict.labels.items())
        print(f"the same words with {labels}: {_shown(conflict.text)}")
    for pair in found.pairs[:most]:
        one, other = pair.first, pair.second
        print(
            f"almost the same words ({pair.alike:.0%}): "
            f"{_place(found, one.part, one.number)} is {one.label!r}, "
            f"{_place(found, other.part, other.number)} is {other.label!r}: "
            f"{_shown(one.text)} / {_shown(other.text)}"
        )


def _place(found: "Review", part: str, row: int) -> str:
    return f"{found.files[part]}, row {row} ({part})"


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TEXT_SHOWN else f"{line[: _TEXT_SHOWN - 3]}..."
