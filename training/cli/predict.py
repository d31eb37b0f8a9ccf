"""``engram predict ARTIFACT [TEXT...]``: one JSON object a text."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice

from models.errors import DataError
from models.runtime.location import artifacts_folder, find_artifact
from models.runtime.predictor import open_predictor, prediction_as_dict
from training.cli.arguments import positive
from training.cli.engine import add_engine, engine_for
from training.cli.texts import refuse_files

NAME = "predict"
HELP = "answer texts with a saved model; lines of standard input where no TEXT is given"
CHUNK = 256


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument("artifact", metavar="ARTIFACT", help="a path, NAME or NAME/VERSION")
    parser.add_argument("text", metavar="TEXT", nargs="*", help="a text to answer")
    add_engine(parser)
    parser.add_argument("--top", type=positive, help="list only the TOP most probable labels")


def run(args: argparse.Namespace) -> int:
    """Prints a prediction a line, in the order of the texts."""
    path = find_artifact(args.artifact, artifacts_folder())
    refuse_files(args.text, args.artifact)
    predictor = open_predictor(path, engine_for(path, args.engine))
    for texts in _chunks(args.text or _lines()):
        for prediction in predictor.predict(texts):
            body = prediction_as_dict(prediction, predictor.manifest, args.top)
            print(json.dumps(body, ensure_ascii=False, allow_nan=False))
        sys.stdout.flush()
    return 0


def _lines() -> Iterator[str]:
    """Lines of standard input without their ends. A person typing gets an answer after each one."""
    for number, line in enumerate(sys.stdin.buffer, start=1):
        try:
            yield line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise DataError(f"Line {number} of standard input is not UTF-8 (byte {error.start}).") from error


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    size = 1 if sys.stdin.isatty() else CHUNK
    remaining = iter(texts)
    while chunk := list(islice(remaining, size)):
        yield chunk
