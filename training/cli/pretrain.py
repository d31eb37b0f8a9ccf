"""``engram pretrain CONFIG``: word vectors from the texts of a config."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.cli.arguments import add_overrides, positive

if TYPE_CHECKING:
    from training.vectors.likeness import Likeness

NAME = "pretrain"
HELP = "fit word vectors (skip-gram or CBOW) on the texts of a config, for model.vectors"

# Words whose neighbours are shown where none is named: by how frequent they are.
_RANKS = (20, 50, 100, 200, 400)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("config", type=Path, metavar="CONFIG", help="a config file")
    add_overrides(parser)
    parser.add_argument("--method", choices=["skip-gram", "cbow"], default="skip-gram", help="how to learn")
    parser.add_argument("--window", type=positive, default=6, help="most words between two of a pair")
    parser.add_argument("--epochs", type=positive, help="times each text is read (default: by their number)")
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
    parser.add_argument(
        "--json", action="store_true", help="print path, neighbours and analogies as one JSON object"
    )


def run(args: argparse.Namespace) -> int:
    """Shows neighbours and analogies; the only line on stdout is the file's path, or JSON."""
    from training.config_file import load_config
    from training.pretrain import pretrain, write_vectors
    from training.progress import PlainReporter

    config = load_config(args.config, args.overrides)
    settings = {"window": args.window} | ({"epochs": args.epochs} if args.epochs else {})
    vectors = pretrain(config, args.method, PlainReporter(), **settings)
    shown = _shown(vectors.likeness, args.near, args.analogy)
    if not args.json:
        _print(shown)
    path = args.output or args.config.parent / f"{config.name}.vec"
    words = write_vectors(path, vectors)
    print(f'{words:,} word vectors; use them with model.vectors = "{path.name}"', file=sys.stderr)
    if args.json:
        print(json.dumps({"output": str(path), "words": words, **shown}, ensure_ascii=False))
    else:
        print(path)
    return 0


def _shown(likeness: "Likeness", words: list[str], analogies: list[list[str]]) -> dict[str, Any]:
    """What is like what: words with their cosines."""
    from training.vectors.likeness import ANALOGIES

    tokens = likeness.vocabulary.tokens
    near = words or [tokens[rank] for rank in _RANKS if rank < len(tokens)]
    asked = analogies or [list(analogy) for analogy in ANALOGIES if likeness.knows(analogy)]
    return {
        "near": {word: likeness.neighbours(word) for word in near},
        "analogies": [{"of": [a, b, c], "found": likeness.analogy(a, b, c)} for a, b, c in asked],
    }


def _print(shown: dict[str, Any]) -> None:
    for word, found in shown["near"].items():
        print(f"like {word}: {_listed(found)}", file=sys.stderr)
    for analogy in shown["analogies"]:
        a, b, c = analogy["of"]
        print(f"{a} is to {b} as {c} is to: {_listed(analogy['found'])}", file=sys.stderr)


def _listed(found: list[tuple[str, float]]) -> str:
    return ", ".join(f"{word} {value:.2f}" for word, value in found)
