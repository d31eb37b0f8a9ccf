"""Each cell of the registry trained alike for one epoch: accuracy, speed and size side by side.

    python -m benchmarks.cells [--config examples/reviews.toml] [--cell lstm gru ...]

The config is that of the demo without its wide side, so that the cell alone differs; the data is that of
``make demo-data``. A cell whose result is kept in ``benchmarks/results/cells`` is not trained again. Writes
``benchmarks/results/cells.md``, which ``docs/lab.md`` shows.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.memory.tables import CELLS
from models.figures import in_percent

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
ALIKE = (
    "training.epochs=1",
    "model.wide=false",
    "model.vectors=none",
    "model.units=64",
    "training.average=none",
    "output.onnx=true",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cells", description=__doc__)
    parser.add_argument("--config", type=Path, default=ROOT / "examples" / "reviews.toml")
    parser.add_argument("--cell", nargs="+", default=list(CELLS))
    parser.add_argument("--set", nargs="+", default=[], dest="overrides", help="other values for all cells")
    arguments = parser.parse_args()
    folder = RESULTS / "cells"
    folder.mkdir(parents=True, exist_ok=True)
    # One folder for all, so that the baselines are fitted once.
    with tempfile.TemporaryDirectory() as artifacts:
        for cell in arguments.cell:
            path = folder / f"{cell}.json"
            if not path.exists():
                values = [
                    *ALIKE,
                    *arguments.overrides,
                    f"model.cell={cell}",
                    f"output.artifacts='{artifacts}'",
                ]
                path.write_text(json.dumps(train(arguments.config, values)) + "\n", encoding="utf-8")
    page = table({cell: json.loads((folder / f"{cell}.json").read_text()) for cell in known(folder)})
    (RESULTS / "cells.md").write_text(page, encoding="utf-8")
    print(page)
    return 0


def known(folder: Path) -> list[str]:
    """Cells with a result, in the order of the table."""
    return [cell for cell in CELLS if (folder / f"{cell}.json").exists()]


def train(config: Path, values: list[str]) -> dict[str, Any]:
    """Trains in a process of its own and reads the manifest."""
    command = [sys.executable, "-m", "training", "train", str(config)]
    command += [word for value in values for word in ("--set", value)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    folder = Path(done.stdout.strip())
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    size = (folder / "model.onnx").stat().st_size
    epoch = manifest["training"]["history"]["epochs"][0]
    accuracy = (manifest["test"] or manifest["dev"])["metrics"]["accuracy"]
    return {
        "accuracy": accuracy,
        "rows": (manifest["test"] or manifest["dev"])["n"],
        "tokens_per_second": epoch["tokens_per_second"],
        "parameters": manifest["parameters"],
        "onnx_bytes": size,
    }


def table(found: dict[str, dict[str, Any]]) -> str:
    """Markdown."""
    lines = [
        "| cell | accuracy (95 % interval) | tokens/s in training | weights | `model.onnx` |",
        "|---|---|---|---|---|",
    ]
    for cell, facts in found.items():
        accuracy = facts["accuracy"]
        low, high = (in_percent(accuracy[end]) for end in ("low", "high"))
        lines.append(
            f"| `{cell}` | {in_percent(accuracy['value'])} % [{low}, {high}] "
            f"| {facts['tokens_per_second']:,.0f} | {facts['parameters']:,} "
            f"| {facts['onnx_bytes'] / 2**20:.1f} MiB |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
