"""Throughput and latency of the service against two plain ways to serve the same model.

    python benchmarks/serving.py --artifact artifacts/reviews/1

Every way runs under the same gunicorn settings and is asked in turn by the same keep-alive clients:

- engram: the service as shipped.
- signature: a plain Flask view that calls the SavedModel's ``serving_default`` once a request.
- predict: a plain Flask view that calls Keras' ``model.predict`` once a request.

Needs ``wrk`` (a Debian package). Figures of one machine compare with each other only.
"""

import argparse
import json
import os
import platform
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from wsgiref.types import WSGIApplication

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from service.peers import Peers  # noqa: E402
from service.settings import Settings  # noqa: E402

WAYS = ("engram", "signature", "predict")

_LUA = """
local bodies = {}
for line in io.lines("BODIES") do bodies[#bodies + 1] = line end
local i = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  i = i % #bodies + 1
  return wrk.format(nil, "/predict", nil, bodies[i])
end
local failed = 0
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %f %f %f\\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True)
class Round:
    """One measurement; times in milliseconds."""

    requests_per_second: float
    cpu_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int


@dataclass(frozen=True, slots=True)
class Result:
    """What one way of serving reached: the median of its rounds, errors of all."""

    way: str
    requests_per_second: float
    cpu_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int


def signature_app(settings: Settings, peers: Peers) -> WSGIApplication:
    """Calls the exported signature once a request, as most hand-written services do."""
    import tensorflow as tf
    from flask import Flask, request

    loaded = tf.saved_model.load(os.environ["BENCHMARK_ARTIFACT"])
    signature = loaded.signatures["serving_default"]

    def answer() -> dict[str, object]:
        out = signature(text=tf.constant([request.get_json()["text"]]))
        return {"label": out["label"].numpy()[0].decode(), "confidence": float(out["confidence"].numpy()[0])}

    return _plain(Flask("signature"), answer, loaded)


def predict_app(settings: Settings, peers: Peers) -> WSGIApplication:
    """Calls ``model.predict`` once a request."""
    import keras
    import numpy as np
    from flask import Flask, request

    import models.networks  # noqa: F401  (its layers must be known before the model is loaded)
    from models.runtime.artifact import open_artifact
    from models.runtime.padding import pad
    from models.text.plain import Encoder

    folder = Path(os.environ["BENCHMARK_ARTIFACT"])
    artifact = open_artifact(folder)
    encoder = Encoder(artifact.manifest.text, artifact.vocabulary)
    model = keras.saving.load_model(folder / "model.keras", compile=False)

    def answer() -> dict[str, object]:
        ids, lengths = pad([encoder.encode(request.get_json()["text"]).ids])
        outputs = model.predict([ids, lengths], verbose=0)
        logits = next(iter(outputs.values())) if isinstance(outputs, dict) else outputs
        best = int(np.argmax(logits[0]))
        return {"label": artifact.manifest.labels[best]}

    return _plain(Flask("predict"), answer, model)


def _plain(app, answer, kept) -> WSGIApplication:  # type: ignore[no-untyped-def]
    app.config["KEPT"] = kept
    app.add_url_rule("/predict", view_func=answer, methods=["POST"], endpoint="predict")
    app.add_url_rule("/readyz", view_func=lambda: {"ready": True}, endpoint="readyz")
    return app  # type: ignore[no-any-return]


def serve_way(way: str) -> None:
    """Runs one way in this process until it is stopped."""
    from service.server import serve
    from service.settings import load_settings

    serve(load_settings(), {"engram": None, "signature": signature_app, "predict": predict_app}[way])


def write_bodies(path: Path, artifact: Path, lengths_as: str, count: int = 500) -> float:
    """Request bodies with texts of known words, 50 each or 50 on average. Returns their mean length."""
    vocabulary = json.loads((artifact / "vocabulary.json").read_bytes())[2:]
    rng = random.Random(1)
    lengths = [50] * count
    if lengths_as == "mixed":
        # Most are shorter, some much longer, as in mail or reviews.
        lengths = [min(400, max(3, int(rng.lognormvariate(3.6, 0.8)))) for _ in range(count)]
    with path.open("w") as file:
        for length in lengths:
            file.write(json.dumps({"text": " ".join(rng.choices(vocabulary, k=length))}) + "\n")
    return sum(lengths) / count


@dataclass(frozen=True, slots=True)
class Server:
    """A running service: its port and the process id of its master."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """CPU time its workers have used: what a request costs whatever else the machine does."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        ticks = 0
        for child in children:
            fields = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def started(way: str, port: int, options: argparse.Namespace, folder: Path) -> Iterator[Server]:
    """One way of serving, ready and warm."""
    artifacts = folder / "artifacts" / "model"
    artifacts.mkdir(parents=True, exist_ok=True)
    if not (artifacts / "1").exists():
        (artifacts / "1").symlink_to(options.artifact.resolve())
    environment = os.environ | {
        "ENGRAM_ARTIFACTS": str(artifacts.parent),
        "ENGRAM_PORT": str(port),
        "ENGRAM_WORKERS": str(options.workers),
        "ENGRAM_THREADS": str(options.threads),
        "ENGRAM_RELOAD_S": "0",
        "BENCHMARK_ARTIFACT": str(options.artifact.resolve()),
    }
    with (folder / f"{way}.log").open("w") as log:
        command = [sys.executable, __file__, "--serve", way]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait_until_ready(port, process)
            _wrk(folder, port, options.clients, seconds=3)
            yield Server(port, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def measure(options: argparse.Namespace, folder: Path) -> list[Result]:
    """Asks every way in turn, several times over, so that what else the machine does meets all of them."""
    with ExitStack() as stack:
        servers = {
            way: stack.enter_context(started(way, options.port + index, options, folder))
            for index, way in enumerate(options.ways)
        }
        rounds: dict[str, list[Round]] = {way: [] for way in options.ways}
        for _ in range(options.rounds):
            for way, server in servers.items():
                rounds[way].append(_round(server, options, folder))
    return [_result(way, found) for way, found in rounds.items()]


def _round(server: Server, options: argparse.Namespace, folder: Path) -> Round:
    before = server.cpu_seconds()
    requests, duration, errors, *percentiles = _wrk(folder, server.port, options.clients, options.seconds)
    cpu_ms = (server.cpu_seconds() - before) * 1000 / max(1, requests)
    p50, p95, p99 = (microseconds / 1000 for microseconds in percentiles)
    return Round(requests / (duration / 1e6), cpu_ms, p50, p95, p99, int(errors))


def _result(way: str, rounds: list[Round]) -> Result:
    columns = list(zip(*map(astuple, rounds), strict=True))
    medians = [statistics.median(column) for column in columns[:-1]]
    return Result(way, *medians, errors=sum(columns[-1]))


def _wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 180
    good = 0
    # Several in a row: a probe reaches one worker, the plain ways answer for themselves alone.
    while good < 20:
        if process.poll() is not None or time.monotonic() > until:
            raise SystemExit("the service did not become ready; see its log")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                good += 1
        except (urllib.error.URLError, OSError):
            good = 0
            time.sleep(0.2)
    time.sleep(2)


def _wrk(folder: Path, port: int, clients: int, seconds: int) -> list[float]:
    """Requests, microseconds, errors, and latency's 50th, 95th and 99th percentile in microseconds."""
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s"]
    command += ["-s", str(folder / "load.lua"), f"http://127.0.0.1:{port}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"RESULT (.*)", done.stdout)
    if not found:
        raise SystemExit(f"wrk gave no result: {done.stdout}{done.stderr}")
    return [float(number) for number in found[1].split()]


def main() -> None:
    """Measures the ways asked for and prints a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--artifact", type=Path, help="folder of one saved version")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lengths", choices=("equal", "mixed"), default="mixed")
    parser.add_argument("--port", type=int, default=8597)
    parser.add_argument("--output", type=Path, help="also write the result as JSON")
    parser.add_argument("--serve", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve_way(options.serve)
        return
    if options.artifact is None:
        parser.error("--artifact is needed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mean = write_bodies(folder / "bodies", options.artifact, options.lengths)
        (folder / "load.lua").write_text(_LUA.replace("BODIES", str(folder / "bodies")))
        results = measure(options, folder)
    print(
        f"{options.clients} clients, {options.workers} workers x {options.threads} threads, "
        f"{os.cpu_count()} CPUs ({platform.machine()}), {mean:.0f} tokens a text on average"
    )
    print("way        requests/s  CPU ms/request  p50 ms  p95 ms  p99 ms  errors  engram: throughput, CPU")
    for each in results:
        faster = results[0].requests_per_second / each.requests_per_second
        cheaper = each.cpu_ms / results[0].cpu_ms
        print(
            f"{each.way:<10} {each.requests_per_second:>10.0f} {each.cpu_ms:>15.2f} {each.p50_ms:>7.1f} "
            f"{each.p95_ms:>7.1f} {each.p99_ms:>7.1f} {each.errors:>7} {faster:>10.1f}x {cheaper:>10.1f}x"
        )
    if options.output:
        facts = {"clients": options.clients, "workers": options.workers, "threads": options.threads}
        facts |= {
            "seconds": options.seconds,
            "rounds": options.rounds,
            "mean_tokens": mean,
            "cpus": os.cpu_count(),
        }
        options.output.write_text(
            json.dumps(facts | {"results": [asdict(each) for each in results]}, indent=2) + "\n"
        )


if __name__ == "__main__":
    main()
