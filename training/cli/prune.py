"""``engram prune NAME --keep N``: removes old versions of a model, never a labelled one."""

import argparse
import shutil
import sys
from pathlib import Path

from models.errors import EngramError, InputError
from models.runtime.location import artifacts_folder, find_artifact, list_versions
from models.runtime.locks import locked_folder
from models.runtime.version_labels import check_state_exists, read_version_labels, state_folder
from training.cli.arguments import positive

NAME = "prune"
HELP = "remove all but the newest versions of a model; a version with a label always stays"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("name", metavar="NAME", help="name of a model in ENGRAM_ARTIFACTS")
    parser.add_argument("--keep", type=positive, required=True, metavar="N", help="how many versions stay")
    parser.add_argument("--dry-run", action="store_true", help="remove nothing, print what would be removed")


def run(args: argparse.Namespace) -> int:
    """Prints the removed folders, oldest first."""
    artifacts, state = artifacts_folder(), state_folder()
    if not args.name or "/" in args.name or args.name in (".", "..") or "@" in args.name:
        raise InputError(f"{args.name!r} is no name of a model; give the NAME alone, without a version.")
    if not list_versions(artifacts / args.name):
        # Says which names there are.
        find_artifact(args.name, artifacts)
        raise InputError(f"There is no model {args.name!r} in {artifacts}.")
    check_state_exists(state)
    try:
        with locked_folder(state):
            _prune(artifacts / args.name, read_version_labels(state).get(args.name, {}), args)
    except OSError as error:
        raise EngramError(f"{error.filename or state}: {error.strerror}.") from error
    return 0


def _prune(folder: Path, labels: dict[str, int], args: argparse.Namespace) -> None:
    for version in list_versions(folder)[: -args.keep]:
        names = sorted(label for label, labelled in labels.items() if labelled == version)
        if names:
            print(f"kept: {folder / str(version)} is labelled {', '.join(names)}", file=sys.stderr)
            continue
        if not args.dry_run:
            _remove(folder / str(version))
        print(folder / str(version))


def _remove(path: Path) -> None:
    # Renamed first: nobody meets half a version.
    hidden = path.with_name(f".pruned-{path.name}")
    path.rename(hidden)
    shutil.rmtree(hidden)
