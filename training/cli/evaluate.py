"""``engram evaluate ARTIFACT DATA``: how good a saved model is on a file of labelled rows."""

import argparse
import json
from typing import TYPE_CHECKING, Any

from models.counted import counted
from models.figures import in_percent
from models.runtime.location import artifacts_folder, find_artifact
from models.runtime.manifest import TAGGING
from training.cli.arguments import add_artifact_and_data
from training.cli.engine import add_engine, engine_for

if TYPE_CHECKING:
    from models.runtime.manifest import Evaluation
    from models.runtime.predictor import Predictor

NAME = "evaluate"
HELP = "judge a saved model on labelled rows"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    add_artifact_and_data(parser, "a file with the columns the model was trained on")
    add_engine(parser)
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Prints a table, or JSON with ``--json``."""
    path = find_artifact(args.artifact, artifacts_folder())

    from models.runtime.predictor import open_predictor

    predictor = open_predictor(path, engine_for(path, args.engine))
    evaluation, learned = _judged(predictor, args)
    body: dict[str, Any] = {
        "n": evaluation.n,
        **{name: figure.value for name, figure in evaluation.metrics.items()},
        "interval": {name: [figure.low, figure.high] for name, figure in evaluation.metrics.items()},
        "per_class": evaluation.per_class,
        "slices": evaluation.slices,
    }
    for name in ("errors", "cardinality"):
        if found := getattr(evaluation, name):
            body[name] = found
    if learned is not None:
        body["learned"] = learned
    if args.json:
        print(json.dumps(body, ensure_ascii=False, allow_nan=False))
    else:
        _print(predictor.manifest.name, body)
    return 0


def _judged(predictor: "Predictor", args: argparse.Namespace) -> "tuple[Evaluation, int | None]":
    """Its figures, and how many of the rows it has learned."""
    if predictor.manifest.task in TAGGING:
        from training.tagging.score import judge_tagged

        return judge_tagged(predictor, args.data)
    from training.score_rows import judge_rows, labelled_rows, learned_rows

    rows = labelled_rows(predictor.manifest, args.data, args.text_column, args.label_column)
    return judge_rows(predictor, rows), learned_rows(predictor, rows.texts)


def _print(name: str, body: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    from training.metric_names import METRIC_NAMES

    table = Table(title=f"{name}: {counted(body['n'], 'row')}", title_justify="left")
    for column in ("", "value", "95 % interval"):
        table.add_column(column, justify="left" if not column else "right")
    for metric, (low, high) in body["interval"].items():
        table.add_row(
            METRIC_NAMES[metric], f"{in_percent(body[metric])}%", f"{in_percent(low)}% to {in_percent(high)}%"
        )
    for kind, mean in body.get("cardinality", {}).items():
        table.add_row(f"labels a row, {kind}", f"{mean:.2f}", "")
    for label, facts in body["per_class"].items():
        table.add_row(
            f"F1, {label} ({facts['n']:,.0f})",
            f"{in_percent(facts['f1'])}%",
            f"precision {in_percent(facts['precision'])}%, recall {in_percent(facts['recall'])}%",
        )
    for name, facts in body["slices"].items():
        table.add_row(f"accuracy, {name} ({facts['n']:,.0f})", f"{in_percent(facts['accuracy'])}%", "")
    # Labels are data: nothing in them is markup.
    Console(markup=False, highlight=False, emoji=False).print(table)
