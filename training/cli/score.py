"""``engram score ARTIFACT INPUT OUTPUT``: answers a file of any size."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from models.counted import counted
from models.errors import InputError
from models.runtime.location import artifacts_folder, find_artifact
from models.runtime.threads import available_cpus
from training.cli.arguments import positive
from training.cli.engine import add_engine, engine_for

NAME = "score"
HELP = "answer every text of a file of any size; a run that was cut off goes on where it stopped"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("artifact", metavar="ARTIFACT", help="a path, NAME or NAME/VERSION")
    parser.add_argument(
        "input", type=Path, metavar="INPUT", help=".csv, .tsv, .jsonl, .txt (each also .gz) or .parquet"
    )
    parser.add_argument(
        "output", type=Path, metavar="OUTPUT", help=".jsonl, .csv, .tsv (each also .gz) or .parquet"
    )
    parser.add_argument("--text-column", metavar="C", help="default: the column the model was trained on")
    parser.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="C[=NAME]",
        help="also write this column of INPUT, under NAME; may be given several times",
    )
    parser.add_argument("--top", type=positive, help="list only the TOP most probable labels")
    add_engine(parser)
    parser.add_argument(
        "--processes", type=positive, default=available_cpus(), help="default: one a CPU (here %(default)s)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace OUTPUT if it exists")
    parser.add_argument(
        "--json", action="store_true", help="print path and figures as one JSON object instead of the path"
    )
    parser.add_argument("--restart", action="store_true", help="throw away what an unfinished run has done")


def run(args: argparse.Namespace) -> int:
    """Prints the path of the output, or its figures with ``--json``; all else goes to standard error."""
    path = find_artifact(args.artifact, artifacts_folder())

    from models.runtime.artifact import open_artifact
    from training.data.files import format_of
    from training.data.records import LINE_COLUMN
    from training.scoring.progress import Progress
    from training.scoring.score import Job, score

    manifest = open_artifact(path).manifest
    of_training = LINE_COLUMN
    if format_of(args.input) != "text":
        of_training = manifest.config["data"].get("text_column", LINE_COLUMN)
    job = Job(
        artifact=path,
        engine=engine_for(path, args.engine),
        source=args.input,
        output=args.output,
        text_column=args.text_column or of_training,
        keep=_kept(args.keep),
        top=args.top,
        processes=args.processes,
        overwrite=args.overwrite,
        restart=args.restart,
    )
    with Progress() as progress:
        outcome = score(job, progress)
    answered = outcome.rows - outcome.resumed
    sentence = f"{counted(outcome.rows, 'row')}"
    if outcome.resumed:
        sentence += f", {outcome.resumed:,} of them from the run before"
    speed = answered / max(outcome.seconds, 1e-9)
    sentence += f"; {outcome.seconds:,.1f} s, {speed:,.0f} texts/s"
    if outcome.without_text:
        sentence += f"; {outcome.without_text:,} without text, which are marked as abstained"
    print(sentence, file=sys.stderr)
    if args.json:
        print(json.dumps({"output": str(args.output), **asdict(outcome)}, ensure_ascii=False))
    else:
        print(args.output)
    return 0


def _kept(arguments: list[str]) -> dict[str, str]:
    """Column of the input by its name in the output."""
    kept: dict[str, str] = {}
    for argument in arguments:
        column, _, name = argument.partition("=")
        if (name or column) in kept:
            raise InputError(f"--keep names the output's column {name or column!r} twice.")
        kept[name or column] = column
    return kept
