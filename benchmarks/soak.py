"""Whether a worker's memory stays the same over many requests; exits 1 where it grows.

    python -m benchmarks.soak --artifact artifacts/reviews/1 [--engine onnx] [--requests 200000]

The service as shipped answers texts of random length, from 1 to 400 words, one a request. Each worker's
memory after the last request may be a tenth above that after the first 20,000.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.serving.load import ask
from benchmarks.serving.server import Server, started
from benchmarks.serving.ways import Setting

GROWTH = 1.10
TEXTS, LONGEST = 5000, 400


def random_texts(artifact: Path) -> list[str]:
    """Texts of known words, of every length alike."""
    vocabulary = json.loads((artifact / "vocabulary.json").read_bytes())[2:]
    generator = random.Random(1)
    return [" ".join(generator.choices(vocabulary, k=generator.randint(1, LONGEST))) for _ in range(TEXTS)]


def ask_until(
    server: Server, requests: int, texts: list[str], clients: int, folder: Path
) -> tuple[int, dict[int, float]]:
    """Asks until ``requests`` are counted by the service.

    Returns:
        how many it counted then, and the memory of each worker in 10^6 bytes.
    """
    while (counted := server.counted()) < requests:
        load = ask(server, texts, clients, 5, folder)
        if load.errors:
            raise SystemExit(f"{load.errors} requests failed")
    memory = server.rss_mb()
    del memory[server.pid]
    return counted, memory


def main() -> None:
    """Prints the memory of each worker twice."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--artifact", type=Path, required=True, help="folder of one saved version")
    parser.add_argument("--engine", choices=("savedmodel", "onnx", "onnx-int8"), default="onnx")
    parser.add_argument("--first", type=int, default=20_000, help="requests before memory counts")
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    artifact = options.artifact.resolve()
    setting = Setting(artifact, options.workers, threads=16, environments=Path())
    texts = random_texts(artifact)
    with tempfile.TemporaryDirectory() as name:
        served = Path(name, "served")
        served.mkdir()
        with started(f"engram-{options.engine}", setting, served) as server:
            began = time.monotonic()
            seen = []
            for requests in (options.first, options.requests):
                counted, memory = ask_until(server, requests, texts, options.clients, Path(name))
                seen.append(memory)
                shown = ", ".join(f"{rss:.1f} MB" for rss in memory.values())
                print(f"{counted} requests after {time.monotonic() - began:.0f} s: {shown}", flush=True)
    before, after = seen
    if before.keys() != after.keys():
        raise SystemExit("a worker was replaced meanwhile")
    growth = max(after[pid] / before[pid] for pid in before)
    print(f"{options.engine}: memory changed by {growth - 1:+.1%}; at most {GROWTH - 1:+.0%} is allowed")
    sys.exit(0 if growth <= GROWTH else 1)


if __name__ == "__main__":
    main()
