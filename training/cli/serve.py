"""``engram serve``: starts the service, as ``python -m service`` does."""

import argparse
import os
import sys

NAME = "serve"
HELP = "answer over HTTP by the models under ENGRAM_ARTIFACTS; python -m service --help lists the settings"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments: there are none, settings are variables."""


def run(args: argparse.Namespace) -> int:
    """Becomes the service; its exit code is the command's."""
    # A new program instead of an import: training must not know the service, and this process has read
    # libraries that must not be there before the service's workers are forked.
    os.execv(sys.executable, [sys.executable, "-m", "service"])
