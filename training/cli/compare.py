"""``engram compare ARTIFACT...``: saved models side by side."""

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.counted import counted
from models.figures import in_percent
from models.runtime.location import artifacts_folder, find_artifact
from training.cli.engine import add_engine, engine_for_all
from training.cli.side_by_side import on_file
from training.config_problems import written

if TYPE_CHECKING:
    from models.runtime.predictor import Predictor

NAME = "compare"
HELP = "show metrics, size, speed and config differences of saved models side by side"
RUNS = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("artifact", metavar="ARTIFACT", nargs="+", help="a path, NAME or NAME/VERSION")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FILE",
        help="also ask every model these labelled rows, and hold each against the first",
    )
    parser.add_argument("--text-column", metavar="C", help="of FILE; default: as each model was trained")
    parser.add_argument("--label-column", metavar="C", help="of FILE; default: as each model was trained")
    add_engine(parser)
    parser.add_argument("--json", action="store_true", help="print the facts as one JSON array")


def run(args: argparse.Namespace) -> int:
    """Prints a table, or JSON with ``--json``."""
    paths = [find_artifact(reference, artifacts_folder()) for reference in args.artifact]

    from models.runtime.predictor import open_predictor

    engine = engine_for_all(paths, args.engine)
    predictors = [open_predictor(path, engine) for path in paths]
    facts = [facts_of(predictor) for predictor in predictors]
    if args.data is not None:
        judged = on_file(predictors, args.data, args.text_column, args.label_column)
        facts = [fact | {"on_data": one.as_dict()} for fact, one in zip(facts, judged, strict=True)]
    if args.json:
        print(json.dumps(facts, ensure_ascii=False, allow_nan=False))
    else:
        _print(facts)
    return 0


def facts_of(predictor: "Predictor") -> dict[str, Any]:
    """What one saved model is compared by. ``ms``: median time of the median golden text, alone."""
    manifest = predictor.manifest
    judged = manifest.test or manifest.dev
    return {
        "artifact": f"{manifest.name}/{manifest.version}",
        "judged_on": "test" if manifest.test else "dev",
        "n": judged.n,
        "data": manifest.data.fingerprint[:12],
        "metrics": {name: figure.value for name, figure in judged.metrics.items()},
        "baseline": {name: figure.value for name, figure in manifest.baseline.metrics.items()}
        if manifest.baseline
        else {},
        "parameters": manifest.parameters,
        "bytes": sum(fact.size for fact in manifest.files.values()),
        "ms": _milliseconds(
            predictor,
            sorted((example.text for example in manifest.golden), key=len)[len(manifest.golden) // 2],
        ),
        "config": _flat(manifest.config),
    }


def _milliseconds(predictor: "Predictor", text: str) -> float:
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        predictor.predict([text])
        times.append(time.perf_counter() - start)
    return sorted(times)[RUNS // 2] * 1000


def _flat(config: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in config.items():
        flat |= {f"{key}.{k}": v for k, v in value.items()} if isinstance(value, dict) else {key: value}
    return flat


def _print(facts: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    from training.metric_names import METRIC_NAMES

    table = Table()
    table.add_column("")
    for fact in facts:
        table.add_column(fact["artifact"], justify="right")
    table.add_row("judged on", *(f"{counted(fact['n'], fact['judged_on'] + ' row')}" for fact in facts))
    table.add_row("data", *(fact["data"] for fact in facts))
    for name, shown in METRIC_NAMES.items():
        if any(name in fact["metrics"] for fact in facts):
            table.add_row(shown, *(_percent(fact["metrics"].get(name)) for fact in facts))
    for name in ("f1", "accuracy"):
        if any(name in fact["baseline"] for fact in facts):
            title = f"baseline {METRIC_NAMES[name]}"
            table.add_row(title, *(_percent(fact["baseline"].get(name)) for fact in facts))
    _add_on_data(table, facts)
    table.add_row("parameters", *(f"{fact['parameters']:,}" for fact in facts))
    table.add_row("size", *(f"{fact['bytes'] / 2**20:.1f} MiB" for fact in facts))
    table.add_row("one text", *(f"{fact['ms']:.1f} ms" for fact in facts), end_section=True)
    for key in sorted({key for fact in facts for key in fact["config"]}):
        values = [fact["config"].get(key) for fact in facts]
        if any(value != values[0] for value in values):
            table.add_row(key, *("none" if value is None else written(value) for value in values))
    # Values of a config are data: nothing in them is markup.
    console = Console(markup=False, highlight=False, emoji=False)
    console.print(table)
    if len({fact["data"] for fact in facts}) > 1:
        console.print(
            "note: these models were judged on different data; their metrics do not compare", soft_wrap=True
        )


def _add_on_data(table: Any, facts: list[dict[str, Any]]) -> None:
    judged = [fact["on_data"] for fact in facts if "on_data" in fact]
    if not judged:
        return
    table.add_section()
    table.add_row(
        f"on the file, {counted(judged[0]['n'], 'row')} (%)",
        *(_with_interval(one["accuracy"]) for one in judged),
    )
    pairs = [one["against_first"] for one in judged]
    if any(pairs):
        table.add_row(
            "above the first (points)",
            *(pair and _with_interval(pair["margin"], signed=True) for pair in pairs),
        )
        table.add_row(
            "only it / only the first",
            *(pair and f"{pair['this_only']} / {pair['first_only']}" for pair in pairs),
        )
        table.add_row("McNemar's p", *(pair and f"{pair['p']:.3g}" for pair in pairs))
    table.add_section()


def _with_interval(figure: dict[str, float], *, signed: bool = False) -> str:
    value, low, high = (in_percent(figure[key], signed=signed) for key in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{in_percent(value)}%"
