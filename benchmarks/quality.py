"""Quality on public data sets: one result file a set and seed, so figures add up over several sittings.

Usage: python -m benchmarks.quality SET --data FOLDER [--seed N] [--ask TEXT...]

FOLDER holds the set's files as ``benchmarks/configs/SET.toml`` names them. The data is read where it lies and
never copied; the model goes to a temporary folder and is removed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def main() -> None:
    """Trains, writes the figures and prints them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("set", choices=sorted(path.stem for path in (HERE / "configs").glob("*.toml")))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ask", nargs="*", default=[], help="texts to answer with the trained model")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as artifacts:
        start = time.perf_counter()
        path = train(args.set, args.data, args.seed, Path(artifacts))
        seconds = time.perf_counter() - start
        body = figures(json.loads((path / "manifest.json").read_text(encoding="utf-8")), seconds)
        if args.ask:
            engram("predict", str(path), *args.ask, output=None)
    result = HERE / "results" / f"quality-{args.set}-seed{args.seed}.json"
    result.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(body))


def train(name: str, data: Path, seed: int, artifacts: Path) -> Path:
    """The folder of the trained model."""
    config = HERE / "configs" / f"{name}.toml"
    overrides = [f"seed={seed}", f"output.artifacts={json.dumps(str(artifacts))}"]
    for part in ("train", "dev", "test"):
        file = data / f"{part}.jsonl.gz"
        if part == "dev" and not file.exists():
            continue
        clean = data / f"{part}_clean.jsonl.gz"
        chosen = clean if part == "dev" and clean.exists() else file
        overrides.append(f"data.{part}={json.dumps(str(chosen.resolve()))}")
    return Path(engram("train", str(config), *(f"--set={override}" for override in overrides)).strip())


def engram(*arguments: str, output: int | None = subprocess.PIPE) -> str:
    """Runs a verb; its standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "training", *arguments], stdout=output, text=True, check=True
    )
    return done.stdout or ""


def figures(manifest: dict[str, Any], seconds: float) -> dict[str, Any]:
    """What is kept of a run: nothing that names a machine."""
    return {
        "set": manifest["name"],
        "seed": manifest["training"]["seed"],
        "rows": manifest["data"]["rows"],
        "dev": manifest["dev"]["metrics"]["accuracy"],
        "test": manifest["test"]["metrics"],
        "baseline": manifest["baseline"]["metrics"],
        "epochs": len(manifest["training"]["history"]["epochs"]),
        "best_epoch": manifest["training"]["history"]["best_epoch"],
        "seconds": round(seconds),
        "parameters": manifest["parameters"],
        "libraries": manifest["environment"]["libraries"],
    }


if __name__ == "__main__":
    main()
