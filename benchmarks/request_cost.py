"""Where the microseconds of one ``/predict`` request go.

    python -m benchmarks.request_cost --artifact artifacts/reviews/1 [--engine onnx] [--output FILE.json]

The real application answers one text a request in this process, without a network: a WSGI call beside the
same call of a Flask view that does nothing. Each stage is timed by itself, twice:

- in a request: after a whole request each time, which has used the processor's caches for other things. These
  and what is left ("Flask and the rest": routing, the request id, replies) add up to the request.
- alone: in a loop that does nothing else, which keeps it in the caches. Short stages take a fraction of their
  real cost there.

All take turns and the best round of each counts. Even the request is such a loop here: a running service also
reads sockets and takes longer. Compare figures of one run only.
"""

import argparse
import contextlib
import io
import itertools
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar
from wsgiref.types import WSGIApplication

from werkzeug.test import EnvironBuilder

from benchmarks.serving.apps import noop_app
from benchmarks.serving.load import make_texts
from models.runtime.decoding import decode
from models.runtime.padding import pad
from models.runtime.predictor import Predictor, open_predictor, prediction_as_dict
from models.runtime.threads import limit_threads
from service.batching import Batcher
from service.body import dump_json, parse_request
from service.concurrency import Concurrency, Greenlets
from service.logs import log_event
from service.peers import Peers
from service.schemas import PredictRequest
from service.settings import Settings

Value = TypeVar("Value")
Call = Callable[[], object]

REQUEST, NOOP, REST = "request", "Flask no-op", "Flask and the rest"
BATCH = 8
BATCHED = f"engine, a row of {BATCH}"
_START_S = 60
_ENVIRON = EnvironBuilder("/predict", method="POST", content_type="application/json").get_environ()


def each(function: Callable[[Value], object], values: Sequence[Value]) -> Call:
    """Calls ``function`` with the next of ``values`` each time, again and again."""
    following = itertools.cycle(values).__next__
    return lambda: function(following())


def ask(app: WSGIApplication, body: bytes) -> None:
    """Posts ``body`` to ``/predict`` and reads the reply.

    Raises:
        SystemExit: it is no success.
    """
    environ = {**_ENVIRON, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    reply = app(environ, _start_response)
    b"".join(reply)
    # Werkzeug's, which ends the request's context.
    reply.close()  # type: ignore[attr-defined]


def _start_response(status: str, headers: object, error: object = None, /) -> Callable[[bytes], object]:
    if not status.startswith("200"):
        raise SystemExit(f"the application answered {status}")
    return lambda data: None


def stages(predictor: Predictor, concurrency: Concurrency, texts: Sequence[str]) -> dict[str, Call]:
    """Each stage of a request by itself, in the order of a request."""
    from service.metrics import Metrics

    metrics = Metrics()
    manifest = predictor.manifest
    rows = [predictor.encode(text) for text in texts]
    padded = [pad([row.ids]) for row in rows]
    logits = [predictor.engine.run(*batch)["logits"] for batch in padded]
    predictions = predictor.answer(rows)
    batcher = Batcher(
        lambda batch: predictions[: len(batch)],
        max_rows=64,
        max_queue=64,
        observer=metrics.texts(predictor),
        concurrency=concurrency,
    )

    def count_request() -> None:
        metrics.begin()
        metrics.observe_request("/predict", 200, manifest.name, manifest.version, 0.001)

    asked: dict[str, Any] = {"model": manifest.name, "version": manifest.version, "rows": 1}
    head = {"model": manifest.name, "version": manifest.version, "task": manifest.task}
    return {
        "parse": each(lambda body: parse_request(PredictRequest, body), bodies_of(texts)),
        "text rule": each(predictor.encode, texts),
        "batcher": each(lambda row: batcher.run([row], time.monotonic() + 5), rows),
        "padding": each(lambda row: pad([row.ids]), rows),
        "engine": each(lambda batch: predictor.engine.run(*batch), padded),
        "decoding": each(
            lambda case: decode(manifest.task, manifest.labels, manifest.calibration, *case),
            [(values, [row.tokens]) for values, row in zip(logits, rows, strict=True)],
        ),
        "reply": each(
            lambda one: dump_json({**head, "predictions": [prediction_as_dict(one, manifest)]}), predictions
        ),
        "metrics": count_request,
        "log line": lambda: log_event(
            "request", method="POST", route="/predict", status=200, ms=1.23, request_id="0" * 32, **asked
        ),
    }


def bodies_of(texts: Sequence[str]) -> list[bytes]:
    """The requests that ask them, one text each."""
    return [json.dumps({"text": text}).encode() for text in texts]


def fastest_us(
    calls: dict[str, Call], request: Call, rounds: int, number: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Microseconds of each call in its best round of ``number``: after a ``request`` each time, and alone."""
    after, alone = dict.fromkeys(calls, float("inf")), dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            after[name] = min(after[name], _mean_us(call, number, request))
            alone[name] = min(alone[name], _mean_us(call, number))
    return after, alone


def _mean_us(call: Call, number: int, before: Call | None = None) -> float:
    seconds = 0.0
    for _ in range(number):
        if before:
            before()
        start = time.perf_counter()
        call()
        seconds += time.perf_counter() - start
    return seconds / number * 1e6


@contextlib.contextmanager
def served(artifact: Path, engine: str, folder: Path) -> Iterator[tuple[WSGIApplication, Concurrency]]:
    """The application that serves ``artifact``, ready; the log goes to the null device meanwhile."""
    from service.app import create_app

    link = folder / "artifacts" / artifact.parent.name / "1"
    link.parent.mkdir(parents=True)
    link.symlink_to(artifact)
    settings = Settings(artifacts=folder / "artifacts", engine=engine, reload_s=0)  # type: ignore[arg-type]
    with open(os.devnull, "w") as null, contextlib.redirect_stdout(null):
        concurrency = Greenlets(settings.threads)
        app = create_app(settings, concurrency=concurrency)
        client = app.test_client()
        until = time.monotonic() + _START_S
        while (state := client.get("/readyz")).status_code != 200:
            if time.monotonic() > until:
                raise SystemExit(f"{artifact} was not loaded within {_START_S} s: {state.get_json()}")
            time.sleep(0.05)
        yield app, concurrency


def measure(artifact: Path, options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """The facts and the figures, in microseconds: ``stages_us`` add up to the request in ``whole_us``.

    Args:
        folder: an empty folder of its own.
    """
    # prometheus_client chooses between memory and shared files, as the service has them, when imported.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    texts = make_texts(artifact, options.tokens)
    # Before the application: what stands when that is ready is frozen, out of the garbage collector's sight.
    predictor = open_predictor(artifact, options.engine)
    rows = [predictor.encode(text) for text in texts]
    ids = [row.ids for row in rows]
    batches = [pad(ids[start : start + BATCH]) for start in range(0, len(ids) - BATCH + 1, BATCH)]
    with served(artifact, options.engine, folder) as (app, concurrency):
        noop = noop_app(Settings(), Peers(folder, 1))
        bodies = bodies_of(texts)
        parts = stages(predictor, concurrency, texts)
        request = each(lambda body: ask(app, body), bodies)
        others = {
            REQUEST: request,
            NOOP: each(lambda body: ask(noop, body), bodies),
            BATCHED: each(lambda batch: predictor.engine.run(*batch), batches),
        }
        after, alone = fastest_us({**parts, **others}, request, options.rounds, options.calls)
    for found in (after, alone):
        found[BATCHED] /= BATCH
    budget = {name: after[name] for name in parts}
    budget[REST] = after[REQUEST] - sum(budget.values())
    return {
        "engine": options.engine,
        "mean_tokens": sum(row.tokens for row in rows) / len(rows),
        "rounds": options.rounds,
        "calls": options.calls,
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "stages_us": budget,
        "whole_us": {name: after[name] for name in others},
        "alone_us": alone,
    }


def table(result: dict[str, Any]) -> str:
    """Stage, microseconds in a request, share of the request, microseconds alone."""
    request = result["whole_us"][REQUEST]
    lines = [
        f"{result['engine']}, {result['mean_tokens']:g} tokens a text, best of {result['rounds']} rounds"
    ]
    lines += [f"{'stage':<20} {'us':>8} {'share':>7} {'alone':>8}"]
    for name, us in {**result["stages_us"], **result["whole_us"]}.items():
        alone = f"{result['alone_us'][name]:8.1f}" if name in result["alone_us"] else ""
        lines.append(f"{name:<20} {us:8.1f} {us / request:7.1%} {alone}".rstrip())
    return "\n".join(lines)


def main() -> None:
    """Prints the table and writes the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--artifact", type=Path, required=True, help="folder of one saved version")
    parser.add_argument("--engine", choices=("savedmodel", "onnx", "onnx-int8"), default="onnx")
    parser.add_argument("--tokens", type=int, default=50, help="tokens a text")
    parser.add_argument("--rounds", type=int, default=10, help="times each stage is measured")
    parser.add_argument("--calls", type=int, default=50, help="calls of a stage in a round")
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    limit_threads(1)
    with tempfile.TemporaryDirectory() as name:
        result = measure(options.artifact.resolve(), options, Path(name))
    print(table(result))
    if options.output:
        options.output.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
