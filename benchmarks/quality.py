"""Quality on public data sets: one command a set, and one result file a set and seed.

Usage: python -m benchmarks.quality SET --data FOLDER [--seed N] [--artifacts FOLDER]
           [--set section.key=value]... [--average ARTIFACT ARTIFACT...] [--final]

FOLDER holds the sets as folders, with the files that ``benchmarks/configs/SET.toml`` names. The data is read
where it lies and never copied. The seed is the network's; the split of a set stays the same. The model and
what is kept for the next run (baselines, word vectors) go to the folder of ``--artifacts``, else to a
temporary one.

Without ``--final`` the test files stay closed: the figures are those of dev, are printed and not kept. A
recipe is chosen on these. With ``--final`` the test is judged, once, and the result is added to
``benchmarks/results/quality/SET-SEED.json``; ``python -m benchmarks.quality_table`` makes the table of them;
``benchmarks.quality_tagging`` that of sets with tags, ``benchmarks.quality_multilabel`` that of sets with
several labels a text.

``--average`` trains nothing: it judges the mean of models of several seeds that ``--artifacts`` kept, and its
result goes to ``SET-average.json``.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "quality"
FILES = ("train", "dev", "test", "other", "unlabelled")
CLOSED = ("test", "other")
# Texts that fit no label of the set: how well confidence tells them from the test texts.
OUT_OF_SCOPE = {"clinc150": "clinc150/oos_test.jsonl.gz"}


def main() -> None:
    """Trains, judges, prints the figures and keeps those of a final run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("set", choices=sorted(path.stem for path in (HERE / "configs").glob("*.toml")))
    parser.add_argument("--data", type=Path, required=True, help="the folder of all sets")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--artifacts", type=Path, help="keep the model and the caches there")
    parser.add_argument("--average", nargs="+", metavar="ARTIFACT", help="models of several seeds")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="SECTION.KEY=VALUE")
    parser.add_argument("--final", action="store_true", help="open the test files and keep the result")
    args = parser.parse_args()
    config = HERE / "configs" / f"{args.set}.toml"
    with tempfile.TemporaryDirectory() as temporary:
        overrides = [
            *file_overrides(config, args.data.resolve(), final=args.final),
            f"training.seed={args.seed}",
            f"output.artifacts={json.dumps(str(args.artifacts or temporary))}",
            *args.overrides,
        ]
        start = time.perf_counter()
        path = engram(config, overrides, args.average or [])
        seconds = time.perf_counter() - start
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        body = figures(args.set, manifest, seconds, args.data.resolve())
        if args.final and args.set in OUT_OF_SCOPE:
            body["out_of_scope_auroc"] = out_of_scope(
                path, args.data / manifest_path(config, "test"), args.data / OUT_OF_SCOPE[args.set]
            )
    print(json.dumps(body, indent=1, ensure_ascii=False))
    if args.final:
        run = "average" if args.average else args.seed
        keep(RESULTS / f"{args.set}-{run}.json", body)


def file_overrides(config: Path, data: Path, *, final: bool) -> list[str]:
    """``--set`` values that lead the files of a config to the data folder, and close those of the test."""
    named: dict[str, Any] = tomllib.loads(config.read_text(encoding="utf-8"))["data"]
    found = []
    for part in FILES:
        if part in CLOSED and not final:
            found.append(f"data.{part}=none")
        elif isinstance(named.get(part), str):
            found.append(f"data.{part}={json.dumps(str(data / named[part]))}")
    return found


def manifest_path(config: Path, part: str) -> str:
    """What the config names as ``part``."""
    return str(tomllib.loads(config.read_text(encoding="utf-8"))["data"][part])


def engram(config: Path, overrides: list[str], average: list[str]) -> Path:
    """The folder of the trained model, or of the mean of models."""
    settings = [f"--set={override}" for override in overrides]
    verb = "average" if average else "train"
    command = [sys.executable, "-m", "training", verb, str(config), *average, *settings]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Path(done.stdout.strip())


def figures(name: str, manifest: dict[str, Any], seconds: float, data: Path) -> dict[str, Any]:
    """What is kept of a run: nothing that names a machine or one of its folders."""
    config = manifest["config"]
    del config["training"]["seed"]
    config["data"] = {key: _without(str(data), value) for key, value in config["data"].items()}
    history = manifest["training"]["history"]
    judged = manifest["test"] or manifest["dev"]
    return {
        "set": name,
        "seed": manifest["training"]["seed"],
        "members": len(manifest["training"].get("ensemble", [])) or 1,
        "date": manifest["created"],
        "commit": manifest["environment"]["git_commit"],
        "judged_on": "test" if manifest["test"] else "dev",
        "rows": manifest["data"]["rows"],
        "dev": manifest["dev"]["metrics"],
        "network": judged["metrics"],
        "cardinality": judged["cardinality"],
        "wide": manifest["training"].get("wide"),
        "baselines": manifest["baselines"],
        "margin": manifest["margin"],
        "mcnemar": manifest["mcnemar"],
        "robustness": manifest["robustness"],
        "seconds": round(seconds),
        "training_seconds": round(sum(epoch["seconds"] for epoch in history["epochs"])),
        "epochs": len(history["epochs"]),
        "best_epoch": history["best_epoch"],
        "parameters": manifest["parameters"],
        "libraries": manifest["environment"]["libraries"],
        "config": {key: value for key, value in config.items() if key not in ("output", "seed")},
    }


def out_of_scope(path: Path, inside: Path, outside: Path) -> float:
    """Area under the ROC curve of the confidence, texts of the test against texts that fit no label."""
    from sklearn.metrics import roc_auc_score

    from models.runtime.predictor import open_predictor
    from training.data.rows import read_texts

    predictor = open_predictor(path)
    confidence = [
        [prediction.answer.confidence for prediction in predictor.predict(list(read_texts(file)))]
        for file in (inside, outside)
    ]
    truth = [1] * len(confidence[0]) + [0] * len(confidence[1])
    return float(roc_auc_score(truth, [*confidence[0], *confidence[1]]))


def keep(path: Path, body: dict[str, Any]) -> None:
    """Adds a result to the file, the newest last."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    text = json.dumps([*before, body], indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")


def _without(folder: str, value: Any) -> Any:
    return value.removeprefix(f"{folder}/") if isinstance(value, str) else value


if __name__ == "__main__":
    main()
