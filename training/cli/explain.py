"""``engram explain ARTIFACT TEXT``: the effect of each word, and the answer after each word."""

import argparse
import json
from typing import TYPE_CHECKING

from models.figures import in_percent
from models.runtime.location import artifacts_folder, find_artifact
from training.cli.engine import add_engine, engine_for
from training.cli.texts import refuse_files

if TYPE_CHECKING:
    from models.runtime.explain import Explanation
    from models.runtime.manifest import Manifest

NAME = "explain"
HELP = "show what each word of a text does to the answer of a saved model"
_BAR = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("artifact", metavar="ARTIFACT", help="a path, NAME or NAME/VERSION")
    parser.add_argument("text", metavar="TEXT", help="the text to explain")
    add_engine(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object, as /explain answers")


def run(args: argparse.Namespace) -> int:
    """Prints a table, or JSON with ``--json``."""
    path = find_artifact(args.artifact, artifacts_folder())
    refuse_files([args.text], args.artifact)

    from models.runtime.explain import explain, explanation_as_dict
    from models.runtime.predictor import open_predictor

    predictor = open_predictor(path, engine_for(path, args.engine))
    explanation = explain(predictor, args.text)
    if args.json:
        body = explanation_as_dict(explanation, predictor.manifest)
        print(json.dumps(body, ensure_ascii=False, allow_nan=False))
    else:
        _print(explanation, predictor.manifest)
    return 0


def _print(explanation: "Explanation", manifest: "Manifest") -> None:
    from rich.console import Console
    from rich.table import Table

    answer, labels = explanation.answer, manifest.labels
    # Words and labels are data: nothing in them is markup.
    console = Console(markup=False, highlight=False, emoji=False)
    label = labels[answer.best]
    doubt = ", abstained" if answer.abstained else ""
    console.print(f"{label} ({in_percent(answer.confidence)}%{doubt})", soft_wrap=True)
    if not explanation.words:
        console.print("There is no word in the text that the model could read.")
        return
    most = max(abs(word.effect) for word in explanation.words) or 1.0
    table = Table(box=None, pad_edge=False)
    table.add_column("word")
    table.add_column(f"effect on {label} (points)", justify="right")
    table.add_column("")
    table.add_column("answer so far")
    for word, prefix in zip(explanation.words, explanation.prefixes, strict=True):
        bar = ("+" if word.effect > 0 else "-") * round(abs(word.effect) / most * _BAR)
        so_far = f"{labels[prefix.answer.best]} {prefix.answer.confidence:.0%}"
        table.add_row(word.word, in_percent(word.effect, signed=True), bar, so_far)
    console.print(table)
