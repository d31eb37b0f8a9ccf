"""The command line of the laboratory; see the package."""

import argparse
import importlib.util
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("JAX_PLATFORMS", "cpu")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    verbs = parser.add_subparsers(dest="verb")
    run = verbs.add_parser("run", help="train what is not kept yet")
    run.add_argument("--task", nargs="+", default=["adding"], choices=["adding", "copy", "recall"])
    run.add_argument("--cell", nargs="+", required=True)
    run.add_argument("--length", nargs="+", type=int, default=[100])
    run.add_argument("--seed", nargs="+", type=int, default=[1])
    run.add_argument("--no-clip", action="store_true", help="leave gradients as long as they are")
    verbs.add_parser("probe", help="gates, w^999, clipping and parameters")
    arguments = parser.parse_args()
    # The page is written from what is kept.
    if arguments.verb and importlib.util.find_spec("jax") is None:
        sys.exit("python -m benchmarks.memory needs JAX, which is not installed; run make setup")
    if arguments.verb == "run":
        return _run(arguments)
    if arguments.verb == "probe":
        from benchmarks.memory.probes import probe

        probe()
        return 0
    from benchmarks.memory.page import write_page

    write_page()
    return 0


def _run(arguments: argparse.Namespace) -> int:
    from benchmarks.memory.learn import Budget, learn
    from benchmarks.memory.store import keep, path_of
    from benchmarks.memory.tasks import TASKS

    clipped = not arguments.no_clip
    for seed in arguments.seed:
        for length in arguments.length:
            for task in arguments.task:
                for cell in arguments.cell:
                    if path_of(task, cell, length, seed, clipped).exists():
                        continue
                    budget = Budget(TASKS[task].steps_at(length), clip_norm=1.0 if clipped else None)
                    run = learn(task, cell, length, seed, budget)
                    print(f"{keep(run).name}: {run.score} in {run.seconds:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
