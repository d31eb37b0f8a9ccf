"""Throughput and latency of the service beside other ways to serve the same model.

    python -m benchmarks.serving --artifact artifacts/reviews/1 [--output benchmarks/results/serving]

All ways have the same number of worker processes and are asked in turn by the same keep-alive clients:

- noop: a Flask view that parses JSON and answers JSON, under the service's own gunicorn settings.
- engram-savedmodel, engram-onnx, engram-onnx-int8: the service as shipped with each engine: validation,
  limits, logs and metrics on. That ``/metrics`` counted every request is checked.
- signature, predict: a Flask view that calls the SavedModel's ``serving_default``, or Keras'
  ``model.predict``, once a request; the same gunicorn settings.
- mlserver, bentoml: these servers as they come, BentoML with its adaptive batching, around the same ONNX
  model, session settings and text rule. Each is installed into an environment of its own.

Needs ``wrk`` (a Debian package), an artifact written with ``output.onnx = "int8"``, and a few gigabytes of
memory: all ways run at the same time, asked one after the other. Compare figures of one run only.
"""

import argparse
import os
import platform
import tempfile
from itertools import product
from pathlib import Path

from benchmarks.serving.measure import measure
from benchmarks.serving.report import write_report
from benchmarks.serving.ways import WAYS, Setting


def main() -> None:
    """Measures the ways asked for, prints tables and writes the files."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.serving",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--artifact", type=Path, required=True, help="folder of one saved version")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--clients", nargs="+", type=int, default=[1, 16, 64])
    parser.add_argument("--tokens", nargs="+", type=int, default=[10, 50, 200], help="tokens a text")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4, help="how long a way is asked in a round")
    parser.add_argument("--workers", type=int, default=2, help="processes of every way")
    parser.add_argument("--threads", type=int, default=16, help="threads a process, where a way has them")
    parser.add_argument(
        "--environments", type=Path, default=Path(".peers"), help="where other servers are installed"
    )
    parser.add_argument("--output", type=Path, help="write OUTPUT.json, OUTPUT.md and OUTPUT.svg")
    options = parser.parse_args()
    setting = Setting(
        options.artifact.resolve(), options.workers, options.threads, options.environments.resolve()
    )
    facts = {
        "workers": options.workers,
        "threads": options.threads,
        "rounds": options.rounds,
        "seconds": options.seconds,
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
    }
    loads = list(product(options.clients, options.tokens))
    with tempfile.TemporaryDirectory() as name:
        cells, footprints = measure(options.ways, setting, loads, options.rounds, options.seconds, Path(name))
        output = options.output or Path(name) / "serving"
        print(write_report(cells, footprints, facts, output))


if __name__ == "__main__":
    main()
