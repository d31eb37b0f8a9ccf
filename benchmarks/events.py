"""What TensorBoard's logs cost: training with and without them, in turn, in one process.

    python -m benchmarks.events CONFIG [--set section.key=value]... [--rounds N] [--output FILE.json]

A round is one epoch with the logs and one without, in changing order, its dev rows and, with logs, the word
vectors at the end included. The first round warms up and does not count. Compare the ratios, not the seconds;
that of the processor's seconds holds on a busy machine, too, and counts what is written beside the steps.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.runtime.quiet import quiet_tensorflow
from models.runtime.threads import available_cpus, limit_threads

limit_threads(available_cpus(), side_by_side=available_cpus())
quiet_tensorflow()

from training.checkpoint import CheckpointStore  # noqa: E402
from training.config_file import load_config  # noqa: E402
from training.event_log import FOLDER, EventLog  # noqa: E402
from training.fit import EncodedRows, Fit  # noqa: E402
from training.interrupt import interruptible  # noqa: E402
from training.network import start_network  # noqa: E402
from training.progress import PlainReporter  # noqa: E402
from training.run import Prepared, prepare  # noqa: E402

CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "processor": time.process_time}


def main() -> None:
    """Prints a line a round and the ratio, and writes the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", type=Path, metavar="CONFIG")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="SECTION.KEY=VALUE")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        fixed = ["training.epochs=1", f"output.artifacts={json.dumps(name)}"]
        prepared = prepare(load_config(options.config, [*options.overrides, *fixed]), PlainReporter())
        found = measure(prepared, options.rounds)
    for clock in CLOCKS:
        ratio = found[clock]
        print(
            f"{clock}, with / without: {ratio['ratio']:.3f} ({ratio['lowest']:.3f} to {ratio['highest']:.3f})"
        )
    if options.output:
        options.output.write_text(json.dumps(found, indent=2) + "\n")


def measure(prepared: Prepared, rounds: int) -> dict[str, Any]:
    """The facts, and by each clock the seconds of each epoch and their ratio."""
    config = prepared.config
    rows = {
        name: EncodedRows(prepared.encoded[name].ids, prepared.targets[name]) for name in ("train", "dev")
    }
    model = start_network(prepared, seed=1)
    fit = Fit(model, config.task, config.training, rows["train"], rows["dev"], seed=1)
    taken: dict[str, list[dict[str, float]]] = {"with": [], "without": []}
    for number in range(rounds + 1):
        order = ("with", "without") if number % 2 else ("without", "with")
        for way in order:
            taken[way].append(epoch(fit, prepared, logged=way == "with"))
        print(", ".join(f"{way} {values[-1]['wall']:.2f} s" for way, values in taken.items()), flush=True)
    return {
        "name": config.name,
        "rows": len(rows["train"].ids),
        "steps": fit.batches.steps(1, 1),
        "cpus": os.cpu_count(),
        **{
            clock: compare({way: [one[clock] for one in taken[way][1:]] for way in taken}) for clock in CLOCKS
        },
    }


def compare(seconds: dict[str, list[float]]) -> dict[str, Any]:
    """The ratio of the rounds, with to without: median, lowest and highest."""
    ratios = [a / b for a, b in zip(seconds["with"], seconds["without"], strict=True)]
    return {
        "ratio": statistics.median(ratios),
        "lowest": min(ratios),
        "highest": max(ratios),
        "seconds": seconds,
    }


def epoch(fit: Fit, prepared: Prepared, *, logged: bool) -> dict[str, float]:
    """Seconds of one more epoch by each clock."""
    artifacts = prepared.config.output.artifacts
    log = EventLog(artifacts / FOLDER / "run", resume=False) if logged else None
    store = CheckpointStore(artifacts / ".runs" / "run")
    began = {clock: read() for clock, read in CLOCKS.items()}
    with interruptible() as interrupt:
        fit.run(store, PlainReporter(), interrupt, resume=False, log=log)
    if log:
        log.finish(fit.model, prepared.vocabulary.tokens)
    return {clock: read() - began[clock] for clock, read in CLOCKS.items()}


if __name__ == "__main__":
    main()
