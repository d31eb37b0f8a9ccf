"""What one sentence of 20 words costs a joint model; exits 1 where engine and decoding take above 1 ms.

    python -m examples.flights
    python -m benchmarks.tagging [ARTIFACT] [--rounds 1000] [--output FILE.json]

The text rule, the ONNX engine, decoding, and the last two together, as the service calls them: a batch of
one, one thread, no network. All take turns, and the median of the rounds counts.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from models.runtime.location import artifacts_folder, find_artifact
from models.runtime.predictor import open_predictor
from models.runtime.tagger import Tagger, run_tokens
from models.runtime.threads import limit_threads

SENTENCE = (
    "I would like to fly from Taipei to San Francisco on November 2nd and on to Salzburg before May 20th"
)
WORDS = 20
LIMIT_MS = 1.0
JUDGED = "engine and decoding"
_WARM_UP = 20


def measure(path: Path, rounds: int) -> dict[str, Any]:
    """The facts and the figures, in milliseconds.

    Args:
        path: folder of one saved version.
        rounds: how often each stage is timed.

    Raises:
        SystemExit: the model finds no tags, or reads another number of words.
    """
    tagger = open_predictor(path, "onnx")
    if not isinstance(tagger, Tagger):
        raise SystemExit(f"{path} is a {tagger.manifest.task} model; take one that finds tags")
    row = tagger.encode(SENTENCE)
    if len(row.ids) != WORDS:
        raise SystemExit(f"the model reads {len(row.ids)} of {WORDS} words; take one that reads all")
    (outputs,), _ = run_tokens(tagger.engine, [row])
    took = timed(
        {
            "text rule": lambda: tagger.encode(SENTENCE),
            "engine": lambda: run_tokens(tagger.engine, [row]),
            "decoding": lambda: tagger.decoder.decode(row, outputs.emissions, outputs.intent_logits),
            JUDGED: lambda: tagger.answer([row]),
        },
        rounds,
    )
    return {
        "engine": tagger.engine.name,
        "words": WORDS,
        "tags": outputs.emissions.shape[1],
        "rounds": rounds,
        "median_ms": {name: statistics.median(each) for name, each in took.items()},
        "fastest_ms": {name: min(each) for name, each in took.items()},
        "limit_ms": LIMIT_MS,
        **surroundings(tagger),
    }


def timed(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of every round by name."""
    took: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(_WARM_UP + rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            if turn >= _WARM_UP:
                took[name].append((time.perf_counter() - start) * 1e3)
    return took


def surroundings(tagger: Tagger) -> dict[str, Any]:
    """What the figures depend on beside the code: the network, versions and the machine."""
    from importlib.metadata import version
    from platform import machine, python_version

    config = tagger.manifest.config
    keys = ("cell", "units", "layers", "bidirectional", "characters", "capitalisation", "crf")
    return {
        "task": tagger.manifest.task,
        "network": {key: config["model"][key] for key in keys},
        "python": python_version(),
        "libraries": {name: version(name) for name in ("onnxruntime", "numpy")},
        "threads": os.environ["OMP_NUM_THREADS"],
        "cpus": os.cpu_count(),
        "load": os.getloadavg()[0],
        "machine": machine(),
    }


def main() -> None:
    """Prints a line a stage and writes the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("artifact", nargs="?", default="flights")
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    args = parser.parse_args()
    limit_threads(1)
    found = measure(find_artifact(args.artifact, artifacts_folder()), args.rounds)
    print(f"{found['words']} words, {found['tags']} tags, {found['rounds']} rounds")
    for name, median in found["median_ms"].items():
        print(f"{name:<20} {median:7.3f} ms, fastest {found['fastest_ms'][name]:7.3f} ms")
    if args.output:
        args.output.write_text(json.dumps(found, indent=2) + "\n")
    sys.exit(0 if found["median_ms"][JUDGED] <= LIMIT_MS else 1)


if __name__ == "__main__":
    main()
