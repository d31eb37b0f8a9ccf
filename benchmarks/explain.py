"""How long ``/explain`` takes for a text of 200 words; exits 1 where the median is above 250 ms.

    python -m benchmarks.explain --artifact artifacts/reviews/1 [--engine onnx] [--output FILE.json]

One caller asks a service of one worker, on a connection of its own each time, another text of known words
each time. A text is explained by 400 answers: without each of its words, and after each.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks.serving.load import make_texts
from benchmarks.serving.server import Server, started
from benchmarks.serving.ways import Setting

LIMIT_MS = 250.0
_WARM_UP = 5


def ask(server: Server, text: str) -> tuple[float, int]:
    """Milliseconds until the whole reply was there, and how many words it explains."""
    body = json.dumps({"text": text}).encode()
    request = urllib.request.Request(server.url("/explain"), body, {"Content-Type": "application/json"})
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as response:
        reply = response.read()
    took = (time.perf_counter() - began) * 1000
    (explanation,) = json.loads(reply)["explanations"]
    return took, len(explanation["words"])


def measure(artifact: Path, engine: str, words: int, texts: int) -> dict[str, Any]:
    """The facts and the figures, in milliseconds.

    Raises:
        SystemExit: the model reads fewer words of a text.
    """
    setting = Setting(artifact, workers=1, threads=1, environments=Path())
    with tempfile.TemporaryDirectory() as name, started(f"engram-{engine}", setting, Path(name)) as server:
        asked = [ask(server, text) for text in make_texts(artifact, words)[: _WARM_UP + texts]]
    if any(explained != words for _, explained in asked):
        raise SystemExit(f"the model explains {asked[0][1]} of {words} words; take one that reads all")
    took = sorted(ms for ms, _ in asked[_WARM_UP:])
    config = json.loads((artifact / "manifest.json").read_bytes())["config"]["model"]
    network = {key: config[key] for key in ("cell", "units", "layers", "bidirectional", "pooling", "wide")}
    return {
        "engine": engine,
        "words": words,
        "texts": texts,
        "median_ms": statistics.median(took),
        "fastest_ms": took[0],
        "slowest_ms": took[-1],
        "network": network,
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
    }


def main() -> None:
    """Prints a line and writes the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--artifact", type=Path, required=True, help="folder of one saved version")
    parser.add_argument("--engine", choices=("savedmodel", "onnx", "onnx-int8"), default="onnx")
    parser.add_argument("--words", type=int, default=200, help="words of a text")
    parser.add_argument("--texts", type=int, default=50, help="texts whose time counts")
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    found = measure(options.artifact.resolve(), options.engine, options.words, options.texts)
    print(
        f"{found['engine']}, {found['words']} words: median {found['median_ms']:.0f} ms of {found['texts']} "
        f"texts ({found['fastest_ms']:.0f} to {found['slowest_ms']:.0f})"
    )
    if options.output:
        options.output.write_text(json.dumps(found, indent=2) + "\n")
    sys.exit(0 if found["median_ms"] <= LIMIT_MS else 1)


if __name__ == "__main__":
    main()
