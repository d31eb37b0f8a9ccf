"""Arguments that several verbs take, and their types."""

import argparse
from pathlib import Path


def positive(text: str) -> int:
    """A whole number of at least 1.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least 1")
    return value


def add_overrides(parser: argparse.ArgumentParser) -> None:
    """Declares ``--set``."""
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="SECTION.KEY=VALUE",
        help="override one value of the config; may be given several times",
    )


def add_artifact_and_data(parser: argparse.ArgumentParser, data_help: str) -> None:
    """Declares a saved model and a file of labelled rows to ask it.

    Args:
        data_help: what the file is for.
    """
    parser.add_argument("artifact", metavar="ARTIFACT", help="a path, NAME or NAME/VERSION")
    parser.add_argument("data", type=Path, metavar="DATA", help=data_help)
    for column in ("text", "label"):
        parser.add_argument(
            f"--{column}-column", metavar="C", help="default: the column the model was trained on"
        )
