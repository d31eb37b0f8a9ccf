"""What one sentence of 20 words costs a joint model: text rule, engine, decoding.

    python -m examples.flights
    python -m benchmarks.tagging [ARTIFACT] [--rounds 30]

Batch 1, one thread; the best of all rounds counts, as a busy machine only ever adds to it.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from models.runtime.location import artifacts_folder, find_artifact
from models.runtime.predictor import open_predictor
from models.runtime.tagger import Tagger, run_tokens
from models.runtime.threads import limit_threads

SENTENCE = (
    "I would like to fly from Taipei to San Francisco on November 2nd and then on to Salzburg before May 20th"
)
CALLS = 1


def best_ms(call: Callable[[], object], rounds: int) -> float:
    """Milliseconds of a call."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(CALLS):
            call()
        best = min(best, (time.perf_counter() - start) / CALLS * 1e3)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("artifact", nargs="?", default="flights")
    parser.add_argument("--rounds", type=int, default=30)
    args = parser.parse_args()
    limit_threads(1)
    path: Path = find_artifact(args.artifact, artifacts_folder())
    tagger = open_predictor(path, "onnx")
    assert isinstance(tagger, Tagger)
    row = tagger.encode(SENTENCE)
    (outputs,), _ = run_tokens(tagger.engine, [row])
    print(f"{len(row.ids)} tokens, {outputs.emissions.shape[1]} tags")
    for name, call in {
        "text rule": lambda: tagger.encode(SENTENCE),
        "engine": lambda: run_tokens(tagger.engine, [row]),
        "decoding": lambda: tagger.decoder.decode(row, outputs.emissions, outputs.intent_logits),
        "engine and decoding": lambda: tagger.answer([row]),
    }.items():
        print(f"{name:<20} {best_ms(call, args.rounds):7.3f} ms")


if __name__ == "__main__":
    main()
