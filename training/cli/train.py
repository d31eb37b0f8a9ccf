"""``engram train CONFIG``: trains, judges, saves. One line on standard output: the path, or JSON."""

import argparse
from pathlib import Path
from typing import Any

from models.errors import InputError
from models.runtime.location import artifacts_folder, find_artifact
from models.runtime.manifest import TAGGING
from training.cli.arguments import add_overrides, positive
from training.cli.saved import add_json, print_saved

NAME = "train"
HELP = "train a network as a config says and save it as the next version of its model"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("config", type=Path, metavar="CONFIG", help="a TOML file (engram init writes one)")
    add_overrides(parser)
    parser.add_argument(
        "--seeds",
        type=positive,
        default=1,
        metavar="N",
        help="train N networks, save the one best on dev, show the spread",
    )
    parser.add_argument(
        "--ensemble", action="store_true", help="with --seeds: save the mean of all networks as one model"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on from the checkpoint of a run that was cut off"
    )
    parser.add_argument(
        "--from", dest="previous", metavar="ARTIFACT", help="go on from the weights of a saved model"
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Trains and prints the artifact's path, or its figures with ``--json``."""
    # Everything cheap is checked before TensorFlow is loaded.
    from training.config_file import load_config

    if args.ensemble and args.seeds < 2:
        raise InputError(f"--ensemble averages several networks, but --seeds is {args.seeds}; use 2 or more.")
    config = load_config(args.config, args.overrides)
    previous_path = find_artifact(args.previous, artifacts_folder()) if args.previous else None
    if config.task in TAGGING:
        from training.cli.train_tagger import train_tagger

        return train_tagger(args, config, previous_path)

    from training.cli.figures import spread
    from training.cli.seeds import best_on_dev, remove_checkpoints, train_seeds
    from training.ensemble import average, member_of
    from training.previous import open_previous
    from training.progress import reporter
    from training.run import judge_baseline, prepare, save, train_network

    previous = open_previous(previous_path, config) if previous_path else None
    progress = reporter()
    prepared = prepare(config, progress, previous)
    baseline = judge_baseline(prepared)
    networks = train_seeds(
        config, args.seeds, lambda seed: train_network(prepared, seed, progress, resume=args.resume)
    )
    chosen = best = best_on_dev(networks)
    if args.ensemble and len(networks) > 1:
        members = [member_of(prepared, network) for network in networks]
        chosen = average(prepared, members, best.seed, best.history)
    extra: dict[str, Any] = {"from": previous.reference if previous else None}
    if args.seeds > 1:
        extra["seeds"] = spread(networks)
    if chosen.members:
        extra["ensemble"] = [network.seed for network in networks]
    path, manifest = save(prepared, chosen, baseline, extra)
    remove_checkpoints(networks)
    print_saved(path, manifest, as_json=args.json)
    return 0
