"""What candidates cost and how soon a bad one is gone; exits 1 where a limit is missed.

    python -m benchmarks.trials --artifact artifacts/reviews/1 [--output FILE.json]

Three services are measured, each with the ONNX engine and two workers:

- a canary at 10 %: the share of 10,000 requests that it answers, beside the 95 % interval of the binomial
  distribution;
- a canary that answers the other label: seconds until no request is answered by it any more;
- a shadow: the median time of a request beside that without one, of the same process: the version label that
  names the shadow is set and taken away in turns, so that whatever else the machine does disturbs both.

The limits: the share lies inside its interval, the bad canary is gone within 30 s, the shadow adds at most
10 % to the median.
"""

import argparse
import http.client
import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.chaos.service import Service
from benchmarks.chaos.versions import Versions
from benchmarks.serving.load import make_texts
from models.runtime.checksum import sealed
from models.runtime.version_labels import write_version_labels

_TOKENS = 50
_BLOCK = 100
_WITHDRAWN_WITHIN_S = 30.0
_SHADOW_MAY_ADD = 0.1


class Asker:
    """One connection that asks for predictions."""

    def __init__(self, service: Service, texts: Sequence[str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
        self._texts = texts
        self._number = 0

    def ask(self) -> tuple[int, float]:
        """The version that answered, and the seconds it took."""
        self._number += 1
        body = json.dumps({"text": self._texts[self._number % len(self._texts)]})
        headers = {"Content-Type": "application/json", "X-Request-ID": f"request-{self._number}"}
        began = time.perf_counter()
        self._connection.request("POST", "/predict", body, headers)
        reply = self._connection.getresponse()
        content = reply.read()
        seconds = time.perf_counter() - began
        if reply.status != 200:
            raise SystemExit(f"{reply.status}: {content!r}")
        return json.loads(content)["version"], seconds


def canary_share(versions: Versions, folder: Path, texts: Sequence[str], requests: int) -> dict[str, Any]:
    """How many of ``requests`` a canary at 10 % answers."""
    candidate = versions.newest
    plan = f"{versions.name}={candidate}:10"
    with Service(versions.folder.parent, folder, ENGINE="onnx", CANARY=plan) as service:
        asker = Asker(service, texts)
        taken = sum(asker.ask()[0] == candidate for _ in range(requests))
    margin = 1.96 * math.sqrt(requests * 0.1 * 0.9)
    return {
        "requests": requests,
        "answered_by_the_canary": taken,
        "interval": [round(requests * 0.1 - margin), round(requests * 0.1 + margin)],
    }


def withdrawal(versions: Versions, folder: Path, texts: Sequence[str], rate: float) -> dict[str, Any]:
    """Seconds until a canary at 10 % that answers the other label answers no more."""
    bad = versions.add()
    path = versions.folder / str(bad) / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["labels"].reverse()
    path.write_text(json.dumps(sealed(manifest)))
    plan = f"{versions.name}={bad}:10"
    with Service(versions.folder.parent, folder, ENGINE="onnx", CANARY=plan) as service:
        asker = Asker(service, texts)
        began = time.monotonic()
        last, number = 0.0, 0
        while time.monotonic() - began < 40:
            version, _ = asker.ask()
            number += 1
            if version == bad:
                last = time.monotonic() - began
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
        reason = service.event("candidate_withdrawn")
    versions.delete(bad)
    return {
        "requests_a_second": rate,
        "last_answer_of_the_canary_s": last,
        "reason": reason and reason["reason"],
    }


def shadow_cost(
    versions: Versions, folder: Path, texts: Sequence[str], rate: float, blocks: int
) -> dict[str, Any]:
    """Median milliseconds of a request with and without a shadow."""
    candidate = versions.newest
    stable = {"stable": candidate - 1}
    labels = {"with": stable | {"next": candidate}, "without": stable}
    seconds: dict[str, list[float]] = {name: [] for name in labels}
    state = versions.folder.parent
    write_version_labels(state, {versions.name: stable})
    with Service(state, folder, ENGINE="onnx", WORKERS=1, SHADOW=f"{versions.name}=next") as service:
        asker = Asker(service, texts)
        for number in range(blocks):
            # with, without, without, with: what grows or falls meanwhile counts for both alike.
            name = "with" if number % 4 in (0, 3) else "without"
            write_version_labels(state, {versions.name: labels[name]})
            service.until("it follows", lambda: service.ask("POST", "/admin/reload")[0] == 200)
            for _ in range(_BLOCK):
                _, took = asker.ask()
                seconds[name].append(took)
                time.sleep(max(0.0, 1 / rate - took))
        metrics = service.ask("GET", "/metrics")[1]
    write_version_labels(state, {})
    p50 = {name: statistics.median(found) * 1000 for name, found in seconds.items()}
    return {
        "requests_a_second": rate,
        "requests_each": len(seconds["with"]),
        "p50_without_ms": p50["without"],
        "p50_with_ms": p50["with"],
        "p50_change": p50["with"] / p50["without"] - 1,
        "texts_compared": sum(
            float(line.rsplit(" ", 1)[1])
            for line in metrics.splitlines()
            if line.startswith("engram_trial_texts_total") and "dropped" not in line
        ),
    }


def missed(result: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A sentence for each limit that the figures miss."""
    canary, gone, shadow = result["canary"], result["withdrawal"], result["shadow"]
    sentences = []
    low, high = canary["interval"]
    taken = canary["answered_by_the_canary"]
    if not low <= taken <= high:
        sentences.append(f"the canary answered {taken} requests, outside [{low}, {high}]")
    if not gone["reason"]:
        sentences.append("the bad canary was not withdrawn")
    elif gone["last_answer_of_the_canary_s"] > _WITHDRAWN_WITHIN_S:
        sentences.append(f"the bad canary answered for {gone['last_answer_of_the_canary_s']:.1f} s")
    if not shadow["p50_change"] <= _SHADOW_MAY_ADD:
        sentences.append(f"the shadow adds {shadow['p50_change']:.1%} to the median")
    return sentences


def main() -> int:
    """Prints the figures, and writes the file. Returns 1 where a limit is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--artifact", type=Path, required=True, help="folder of one saved version")
    parser.add_argument("--requests", type=int, default=10_000, help="for the share of the canary")
    parser.add_argument("--rate", type=float, default=100, help="requests a second, elsewhere")
    parser.add_argument("--blocks", type=int, default=40, help="turns with and without a shadow")
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    artifact = options.artifact.resolve()
    texts = make_texts(artifact, _TOKENS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        versions = Versions(artifact, folder / "artifacts", "onnx", texts[:1])
        versions.add()
        versions.add()
        result = {
            "shadow": shadow_cost(versions, folder, texts, options.rate, options.blocks),
            "canary": canary_share(versions, folder, texts, options.requests),
            "withdrawal": withdrawal(versions, folder, texts, options.rate),
        }
    sentences = missed(result)
    text = json.dumps(result | {"missed": sentences}, indent=1)
    print(text)
    if options.output:
        options.output.write_text(text + "\n")
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
