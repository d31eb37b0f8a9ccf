"""``engram serve``: starts the service, as ``python -m service`` does."""

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from models.errors import EngramError
from training.cli.engine import ENGINES

NAME = "serve"
HELP = "answer over HTTP by the models under ENGRAM_ARTIFACTS; python -m service --help lists the settings"
_OPTIONS = ("host", "port", "engine", "model")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments; all other settings are variables."""
    parser.add_argument("--host", help="address to listen on; default: ENGRAM_HOST")
    parser.add_argument("--port", help="port to listen on, 0 for a free one; default: ENGRAM_PORT")
    parser.add_argument("--engine", choices=ENGINES, help="default: ENGRAM_ENGINE")
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="model that answers a request that names none; default: ENGRAM_DEFAULT_MODEL",
    )


def run(args: argparse.Namespace) -> int:
    """Becomes the service; its exit code is the command's.

    Raises:
        EngramError: the service is not installed.
    """
    given = [f"--{name}={value}" for name in _OPTIONS if (value := getattr(args, name, None)) is not None]
    # A new program instead of an import: training must not know the service, and this process has read
    # libraries that must not be there before the service's workers are forked. By its path and with -P: a
    # user's "models" or "service" in the current folder must not take the place of ours.
    os.execv(sys.executable, [sys.executable, "-P", str(_service()), *given])


def _service() -> Path:
    found = find_spec("service.__main__")
    if found is None or found.origin is None:
        raise EngramError("The package 'service' is not installed beside 'training'.")
    return Path(found.origin)
