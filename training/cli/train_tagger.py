"""``engram train CONFIG`` for the tasks tagging and joint."""

import argparse
from pathlib import Path
from typing import Any

from models.errors import InputError
from training.cli.saved import print_saved
from training.config import Config


def train_tagger(args: argparse.Namespace, config: Config, previous_path: Path | None) -> int:
    """Trains and prints the artifact's path; ``args`` are those of ``training.cli.train``."""
    if args.ensemble:
        raise InputError(
            f'--ensemble averages labels of whole texts, but task = "{config.task}"; leave it out.'
        )

    from training.cli.figures import spread
    from training.cli.seeds import best_on_dev, remove_checkpoints, train_seeds
    from training.previous import open_previous
    from training.progress import reporter
    from training.tagging.run import judge_tagging_baselines, prepare_tagger, save_tagger
    from training.tagging.run import train_tagger as train_network

    previous = open_previous(previous_path, config) if previous_path else None
    progress = reporter()
    prepared = prepare_tagger(config, progress, previous)
    baseline = judge_tagging_baselines(prepared)
    networks = train_seeds(
        config, args.seeds, lambda seed: train_network(prepared, seed, progress, resume=args.resume)
    )
    extra: dict[str, Any] = {"from": previous.reference if previous else None}
    if args.seeds > 1:
        extra["seeds"] = spread(networks, "f1")
    path, manifest = save_tagger(prepared, best_on_dev(networks), baseline, extra)
    remove_checkpoints(networks)
    print_saved(path, manifest, as_json=args.json)
    return 0
