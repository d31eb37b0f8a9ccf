"""Asks the service while versions come, go, break and move, and a worker is killed; exits 1 on any fault.

    python -m benchmarks.chaos [--artifact artifacts/reviews/1] [--seconds 120] [--rate 200]
        [--output FILE.json]

A fault is an answer that is wrong, by a version that could not answer then, or none: a request may only be
lost with the worker that was killed while it answered. In the end the metrics must have counted what was
answered.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.chaos.load import BrokenOff, Clients
from benchmarks.chaos.operations import Operations
from benchmarks.chaos.service import Service
from benchmarks.chaos.timeline import Timeline
from benchmarks.chaos.versions import Versions
from benchmarks.serving.load import make_texts

# Each client asks several times a second: until then all have met the worker that is gone.
_STALE_S = 5.0


def chaos(artifact: Path, seconds: float, rate: float, engine: str, folder: Path) -> dict[str, Any]:
    """Runs for ``seconds``, but at least one round of operations.

    Returns:
        what was done and seen; ``faults`` is empty where all is well.
    """
    texts = make_texts(artifact, 20)[:100]
    versions = Versions(artifact, folder / "artifacts", engine, texts)
    first = versions.add()
    with Service(folder / "artifacts", folder, ENGINE=engine) as service:
        timeline = Timeline(first)
        operations = Operations(service, versions, timeline)
        clients = Clients(service.port, rate, texts, versions, timeline)
        clients.start()
        began = time.monotonic()
        try:
            operations.round()
            while time.monotonic() - began < seconds:
                operations.round()
        finally:
            clients.stop()
        took = time.monotonic() - began
        counted = service.counted()
    return _judged(clients, operations, counted, took)


def _judged(clients: Clients, operations: Operations, counted: int, took: float) -> dict[str, Any]:
    seen = clients.seen
    in_flight, stale = excused(seen.broken_off, operations.kills)
    faults = list(seen.faults)
    if len(seen.broken_off) > in_flight + stale:
        faults.append(f"{len(seen.broken_off)} requests were broken off, {in_flight + stale} by a kill")
    answered = sum(seen.answered.values())
    # A killed worker may have counted a request whose reply was lost with it.
    if not answered <= counted <= answered + in_flight:
        faults.append(f"{answered} requests were answered and {counted} counted")
    return {
        "seconds": took,
        "answered": answered,
        "counted": counted,
        "statuses": dict(seen.answered),
        "lost_with_a_worker": in_flight,
        "sent_again_on_a_new_connection": stale,
        "p50_ms": statistics.median(seen.seconds) * 1000,
        "longest_ms": max(seen.seconds) * 1000,
        "operations": operations.done,
        "faults": faults,
    }


def excused(broken_off: Sequence[BrokenOff], kills: Sequence[float]) -> tuple[int, int]:
    """How many requests were lost with a worker, and how many sent to one that was already dead.

    The second can happen once a client and kill, soon after it: its next request is on a new connection.
    """
    in_flight = 0
    stale = set()
    for each in broken_off:
        if any(each.sent <= kill <= each.known for kill in kills):
            in_flight += 1
            continue
        for kill in kills:
            if each.connected <= kill < each.sent < kill + _STALE_S and (each.client, kill) not in stale:
                stale.add((each.client, kill))
                break
    return in_flight, len(stale)


def train_tiny(folder: Path) -> Path:
    """The example network, trained in some seconds."""
    words = [sys.executable, "-m", "training", "train", "examples/tiny.toml"]
    words += ["--set", f"output.artifacts='{folder}'", "--set", "output.onnx=true"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return Path(done.stdout.strip())


def main() -> int:
    """Prints what was done and seen as JSON. Returns 1 where there was a fault."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--artifact", type=Path, help="folder of one saved version; else one is trained")
    parser.add_argument("--engine", choices=("savedmodel", "onnx"), default="onnx")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--rate", type=float, default=200, help="requests a second")
    parser.add_argument("--output", type=Path, help="write what was done and seen as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        artifact = (options.artifact or train_tiny(folder / "trained")).resolve()
        result = chaos(artifact, options.seconds, options.rate, options.engine, folder)
    text = json.dumps(result, indent=1)
    print(text)
    if options.output:
        options.output.write_text(text + "\n")
    return 1 if result["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
