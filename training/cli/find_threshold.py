"""``engram find-threshold ARTIFACT DATA``: the confidence each label needs for a wanted precision, or F1."""

import argparse
import json
from typing import TYPE_CHECKING, Any

from models.counted import counted
from models.figures import in_percent
from models.runtime.location import artifacts_folder, find_artifact
from training.cli.arguments import add_artifact_and_data
from training.cli.engine import add_engine, engine_for

if TYPE_CHECKING:
    from models.runtime.manifest import Manifest
    from training.thresholds import AtThreshold, LabelThreshold

NAME = "find-threshold"
HELP = "find for each label the confidence that gives a wanted precision, or the best F1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    add_artifact_and_data(parser, "labelled rows to choose on: held out, but not the test file")
    goal = parser.add_mutually_exclusive_group()
    goal.add_argument("--precision", type=_share, metavar="P", help="wanted precision, above 0 and at most 1")
    goal.add_argument("--f1", action="store_true", help="the best F1 (the default)")
    add_engine(parser)
    parser.add_argument("--json", action="store_true", help="print the thresholds as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Prints a table, or JSON with ``--json``."""
    path = find_artifact(args.artifact, artifacts_folder())

    from models.runtime.predictor import open_predictor
    from training.data.targets import targets
    from training.score_rows import answered_probabilities, labelled_rows, learned_rows
    from training.thresholds import find_thresholds

    predictor = open_predictor(path, engine_for(path, args.engine))
    manifest = predictor.manifest
    rows = labelled_rows(manifest, args.data, args.text_column, args.label_column)
    learned_rows(predictor, rows.texts)
    found = find_thresholds(
        manifest.task,
        manifest.labels,
        manifest.calibration,
        answered_probabilities(predictor, rows),
        targets(rows, manifest.labels, manifest.task),
        args.precision,
    )
    goal = "the best F1" if args.precision is None else f"a precision of {args.precision:g}"
    if args.json:
        body = {
            "n": len(rows),
            "precision": args.precision,
            "service": service_sentence(manifest),
            "labels": [one.as_dict() for one in found],
        }
        print(json.dumps(body, ensure_ascii=False, allow_nan=False))
    else:
        _print(manifest, found, f"{manifest.name}: thresholds for {goal}, on {counted(len(rows), 'row')}")
    return 0


def service_sentence(manifest: "Manifest") -> str:
    """What the service does with confidences, and what is left to its caller."""
    if manifest.task == "multilabel":
        return (
            "The service answers a label when its probability reaches the threshold under now; a caller that "
            "wants another one applies it to the probabilities of the reply."
        )
    needed = manifest.calibration.abstain_below
    return (
        "The service gives the best guess whatever its confidence and marks it as abstained below "
        f"{needed:.3f}, the same for every label (under now); a caller that wants more of a label accepts it "
        "only with the confidence found here."
    )


def _print(manifest: "Manifest", found: "list[LabelThreshold]", title: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    # Ten columns have to fit into a terminal of 80.
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    figures = ("prec.", "recall", "F1")
    for column in ("label", "rows", "threshold", *figures, "now", *figures):
        table.add_column(column, justify="left" if column == "label" else "right")
    for one in found:
        cells = ["not reached", "", "", ""] if one.found is None else _cells(one.found)
        table.add_row(one.label, f"{one.rows:,}", *cells, *_cells(one.now))
    # Labels are data: nothing in them is markup.
    console = Console(markup=False, highlight=False, emoji=False)
    console.print(table)
    console.print(service_sentence(manifest), soft_wrap=True)


def _cells(at: "AtThreshold") -> list[str]:
    shares: list[Any] = [at.precision, at.recall, at.f1]
    return [f"{at.threshold:.4f}", *("–" if share is None else f"{in_percent(share)}%" for share in shares)]


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0 and at most 1")
    return value
