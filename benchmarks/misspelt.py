"""Letter trigrams against an embedding on reviews in which a fifth of the words are misspelt.

    python -m benchmarks.misspelt --data reviews.csv [--seeds 1 2 3]

Both networks are trained alike on the reviews as they are, and asked the test rows as they are and misspelt
(``training.perturb``). A result that is kept in ``benchmarks/results/misspelt`` is not made again. Writes
``benchmarks/results/misspelt.md``, which ``docs/lab.md`` shows.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev

import numpy as np

from models.figures import in_percent
from training.perturb import misspelt

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
INPUTS = ("embedding", "letter-trigram")
SHARE = 0.2
CONFIG = """
name = "misspelt"
data = { train = "train.csv", dev = 0.1, test = "clean.csv" }
text = { vocabulary_size = 20000, max_length = 200 }
model = { cell = "gru", units = 64, embedding_size = 64, pooling = "max+mean" }
training = { epochs = 3, learning_rate = 2e-3, schedule = "cosine" }
output.onnx = false
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.misspelt", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a CSV with the columns text and label")
    parser.add_argument("--rows", type=int, default=4_000, help="rows to train on")
    parser.add_argument("--test", type=int, default=2_000, help="rows to ask")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    arguments = parser.parse_args()
    kept = RESULTS / "misspelt"
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        write_parts(arguments.data, Path(folder), arguments.rows, arguments.test)
        for seed in arguments.seeds:
            for read_as in INPUTS:
                path = kept / f"{read_as}-seed{seed}.json"
                if not path.exists():
                    path.write_text(
                        json.dumps(accuracies(Path(folder), read_as, seed)) + "\n", encoding="utf-8"
                    )
    page = table(kept, arguments.rows, arguments.test)
    (RESULTS / "misspelt.md").write_text(page, encoding="utf-8")
    print(page)
    return 0


def write_parts(data: Path, folder: Path, rows: int, test: int) -> None:
    """Rows drawn by chance, always the same; the same test rows clean and misspelt; and the config."""
    with data.open(encoding="utf-8", newline="") as file:
        found = [(row["text"], row["label"]) for row in csv.DictReader(file) if row["text"].strip()]
    order = np.random.default_rng(0).permutation(len(found))[: rows + test]
    chosen = [found[place] for place in order.tolist()]
    asked = chosen[rows:]
    texts = misspelt([text for text, _ in asked], seed=0, share=SHARE)
    wrong = list(zip(texts, [label for _, label in asked], strict=True))
    for name, part in (("train", chosen[:rows]), ("clean", asked), ("misspelt", wrong)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "label"), *part])
    (folder / "run.toml").write_text(CONFIG, encoding="utf-8")


def accuracies(folder: Path, read_as: str, seed: int) -> dict[str, float]:
    """Trains one network; its accuracy on the rows as they are and misspelt."""
    values = [f"model.input={read_as}", f"seed={seed}", f"output.artifacts='{folder / 'artifacts'}'"]
    artifact = _engram("train", folder / "run.toml", *(word for value in values for word in ("--set", value)))
    return {
        name: json.loads(_engram("evaluate", artifact, folder / f"{name}.csv", "--json"))["accuracy"]
        for name in ("clean", "misspelt")
    }


def _engram(*arguments: object) -> str:
    command = [sys.executable, "-m", "training", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def table(kept: Path, rows: int, test: int) -> str:
    """Markdown: mean and spread over the seeds."""
    lines = [
        f"| input | {test:,} reviews as they are | {SHARE:.0%} of their words misspelt | loss |",
        "|---|---|---|---|",
    ]
    for read_as in INPUTS:
        found = [json.loads(path.read_text()) for path in sorted(kept.glob(f"{read_as}-seed*.json"))]
        if found:
            lost = mean(each["clean"] - each["misspelt"] for each in found)
            clean, wrong = (_spread([each[name] for each in found]) for name in ("clean", "misspelt"))
            lines.append(
                f"| `{read_as}` ({len(found)} seeds) | {clean} | {wrong} | {in_percent(lost)} points |"
            )
    return "\n".join(lines) + f"\n\nTrained on {rows:,} reviews as they are.\n"


def _spread(values: Sequence[float]) -> str:
    shown = in_percent(mean(values))
    return f"{shown} ± {in_percent(stdev(values))} %" if len(values) > 1 else f"{shown} %"


if __name__ == "__main__":
    sys.exit(main())
