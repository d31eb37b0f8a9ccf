"""What a verb that saves a model prints of it: a table for a person, path or figures for a program."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from models.runtime.manifest import Evaluation, Manifest


def add_json(parser: argparse.ArgumentParser) -> None:
    """Declares ``--json``."""
    parser.add_argument(
        "--json", action="store_true", help="print path and figures as one JSON object instead of the path"
    )


def print_saved(path: Path, manifest: Manifest, *, as_json: bool) -> None:
    """The comparison and where the report is on stderr, and one line on stdout."""
    from training.cli.figures import print_comparison

    print_comparison(manifest)
    print(f"report: {path / 'report' / 'index.html'}", file=sys.stderr)
    if as_json:
        print(json.dumps(saved_as_dict(path, manifest), ensure_ascii=False, allow_nan=False))
    else:
        print(os.fspath(path))


def saved_as_dict(path: Path, manifest: Manifest) -> dict[str, Any]:
    """The JSON form: figures of the test part, or of dev where there is no test part."""
    judged = manifest.test or manifest.dev
    baseline = manifest.baseline
    return {
        "artifact": os.fspath(path),
        "name": manifest.name,
        # The manifest that was judged has no number yet.
        "version": int(path.name),
        "task": manifest.task,
        "judged_on": "test" if manifest.test else "dev",
        "n": judged.n,
        "metrics": _values(judged),
        "interval": {name: [figure.low, figure.high] for name, figure in judged.metrics.items()},
        "baseline_name": manifest.baseline_name,
        "baseline": _values(baseline) if baseline else None,
        "margin": manifest.margin.model_dump() if manifest.margin else None,
        "seeds": manifest.training.get("seeds"),
    }


def _values(evaluation: Evaluation) -> dict[str, float]:
    return {name: figure.value for name, figure in evaluation.metrics.items()}
