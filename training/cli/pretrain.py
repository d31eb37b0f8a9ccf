"""``engram pretrain CONFIG``: word vectors from the texts of a config."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.vectors.likeness import Likeness

NAME = "pretrain"
HELP = "fit word vectors (skip-gram or CBOW) on the texts of a config, for model.vectors"

# Words whose neighbours are shown where none is named: by how frequent they are.
_RANKS = (20, 50, 100, 200, 400)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("config", type=Path, metavar="CONFIG", help="a config file")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="overrides",
        metavar="KEY=VALUE",
        help="section.key=value, instead of what the config says",
    )
    parser.add_argument("--method", choices=["skip-gram", "cbow"], default="skip-gram", help="how to learn")
    parser.add_argument("--window", type=_positive, default=6, help="most words between two of a pair")
    parser.add_argument("--epochs", type=_positive, help="times each text is read (default: by their number)")
    parser.add_argument("--output", type=Path, help="the file (default: NAME.vec beside the config)")
    parser.add_argument("--near", nargs="+", default=[], metavar="WORD", help="show what is like these")
    parser.add_argument(
        "--analogy",
        nargs=3,
        action="append",
        default=[],
        metavar=("A", "B", "C"),
        help="show what is to C as B is to A",
    )


def run(args: argparse.Namespace) -> int:
    """Shows neighbours and analogies; the only line on stdout is the file's path."""
    from training.config_file import load_config
    from training.pretrain import pretrain, write_vectors
    from training.progress import PlainReporter

    config = load_config(args.config, args.overrides)
    settings = {"window": args.window} | ({"epochs": args.epochs} if args.epochs else {})
    vectors = pretrain(config, args.method, PlainReporter(), **settings)
    _show(vectors.likeness, args.near, args.analogy)
    path = args.output or args.config.parent / f"{config.name}.vec"
    words = write_vectors(path, vectors)
    print(f'{words:,} word vectors; use them with model.vectors = "{path.name}"', file=sys.stderr)
    print(path)
    return 0


def _show(likeness: "Likeness", words: list[str], analogies: list[list[str]]) -> None:
    from training.vectors.likeness import ANALOGIES

    tokens = likeness.vocabulary.tokens
    for word in words or [tokens[rank] for rank in _RANKS if rank < len(tokens)]:
        print(f"like {word}: {_listed(likeness.neighbours(word))}", file=sys.stderr)
    for a, b, c in analogies or filter(likeness.knows, ANALOGIES):
        print(f"{a} is to {b} as {c} is to: {_listed(likeness.analogy(a, b, c))}", file=sys.stderr)


def _listed(found: list[tuple[str, float]]) -> str:
    return ", ".join(f"{word} {value:.2f}" for word, value in found)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least 1")
    return int(text)
