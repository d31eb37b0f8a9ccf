"""``engram average CONFIG ARTIFACT ARTIFACT...``: saves the mean of saved models as one model."""

import argparse
from pathlib import Path

from models.errors import InputError
from models.runtime.artifact import open_artifact
from models.runtime.location import artifacts_folder, find_artifact
from models.runtime.manifest import TAGGING
from training.cli.arguments import add_overrides
from training.cli.saved import add_json, print_saved

NAME = "average"
HELP = "save the mean of models trained on the same rows as the next version of a config's model"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("config", type=Path, metavar="CONFIG", help="the config they were trained with")
    parser.add_argument(
        "artifacts", nargs="+", metavar="ARTIFACT", help="two or more: a path, NAME or NAME/VERSION each"
    )
    add_overrides(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Averages, judges and prints the artifact's path, or its figures with ``--json``."""
    from training.config_file import load_config

    config = load_config(args.config, args.overrides)
    if config.task in TAGGING:
        raise InputError(f'average is for labels of whole texts, not for task = "{config.task}".')
    paths = [find_artifact(name, artifacts_folder()) for name in args.artifacts]
    if len({path.resolve() for path in paths}) < 2:
        raise InputError(f"An average needs two different models or more, not {', '.join(args.artifacts)}.")

    from training.ensemble import average
    from training.members import open_members
    from training.progress import reporter
    from training.run import judge_baseline, prepare, save

    saved = [open_artifact(path) for path in paths]
    # Members of different rows have no split in common; ``open_members`` says which one differs.
    alike = len({artifact.manifest.data.fingerprint for artifact in saved}) == 1
    prepared = prepare(config, reporter(), members=saved if alike else [])
    members = open_members(prepared, paths)
    best = max(members, key=lambda member: member.score)
    chosen = average(prepared, [member.member for member in members], best.seed, best.history)
    extra = {"ensemble": [member.reference for member in members]}
    path, manifest = save(prepared, chosen, judge_baseline(prepared), extra)
    print_saved(path, manifest, as_json=args.json)
    return 0
