"""``engram init --data F``: writes a complete, commented config for a data file."""

import argparse
import os
import re
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np

from models.errors import InputError
from models.runtime.manifest import TAGGING, Task
from models.text.plain import PlainText
from models.text.spec import TextRule
from training.cli.init_tagging import is_tagged, tagging_config
from training.config import Config, TextConfig
from training.config_file import parse_config
from training.config_writer import commented_toml
from training.data.dataset import load_dataset
from training.data.guess import Guess, guess_layout
from training.data.rows import Rows
from training.vectors.limits import FEW_TOKENS

NAME = "init"
HELP = "write a complete, commented config for a data file"

_FEW_ROWS = 2_000
# A few rows are a few steps an epoch: smaller batches and more epochs, and every word counts.
_FOR_FEW_ROWS = {"text": {"min_count": 1}, "training": {"epochs": 30, "batch_size": 16, "patience": 5}}
# Decision 10: what did best on seven sets of English and Chinese texts.
_FOR_MANY_ROWS: dict[str, dict[str, Any]] = {
    "model": {"vectors": "word2vec"},
    "training": {
        "epochs": 6,
        "optimizer": "adamw",
        "learning_rate": 2e-3,
        "weight_decay": 0.01,
        "beta2": 0.99,
        "embedding_rate": 1e-3,
        "schedule": "cosine",
        "warmup": 0.1,
        "word_dropout": 0.1,
        "patience": 3,
    },
}
_TEXTS_MEASURED = 2_000
_LENGTH_STEP = 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    kinds = ".csv, .tsv, .jsonl (each also .gz) or .parquet"
    parser.add_argument("file", type=Path, nargs="?", metavar="F", help=f"the data: {kinds}")
    parser.add_argument("--data", type=Path, metavar="F", help="the same")
    parser.add_argument("--task", choices=get_args(Task), help="default: guessed from the label column")
    parser.add_argument("--text-column", metavar="C", help="default: guessed")
    parser.add_argument("--label-column", metavar="C", help="default: guessed")
    parser.add_argument(
        "--output", type=Path, default=Path("run.toml"), metavar="FILE", help="default: run.toml"
    )


def run(args: argparse.Namespace) -> int:
    """Writes the config; says on stderr what was guessed, on stdout where the config is."""
    if (args.file is None) == (args.data is None):
        raise InputError("Give the file of the data, once: engram init reviews.csv.")
    args.data = args.data or args.file
    output: Path = args.output
    if output.exists():
        raise InputError(
            f"{output} exists already and is not overwritten; remove it or give another --output."
        )
    if not output.parent.is_dir():
        raise InputError(f"There is no folder {output.parent} to write {output.name} to.")
    config, reasons = _guessed(args, output.parent)
    for reason in reasons:
        print(reason, file=sys.stderr)
    try:
        with output.open("x", encoding="utf-8", newline="\n") as file:
            file.write(commented_toml(config))
    except OSError as error:
        raise InputError(f"{output} cannot be written: {error.strerror}.") from error
    print(f"next: engram inspect {output}, then engram train {output}", file=sys.stderr)
    print(output)
    return 0


def _guessed(args: argparse.Namespace, folder: Path) -> tuple[Config, list[str]]:
    """The config, and a sentence for everything that was guessed."""
    if args.task in TAGGING or (args.task is None and is_tagged(args.data)):
        return tagging_config(args.data, args.task, model_name(args.data), folder)
    guess = guess_layout(args.data, args.task, args.text_column, args.label_column)
    config, reasons = complete_config(args.data, guess, folder)
    return config, [*guess.reasons, *reasons]


def complete_config(data: Path, guess: Guess, folder: Path) -> tuple[Config, list[str]]:
    """A config for a file whose columns are known, and a sentence for everything else that was guessed.

    Args:
        data: the file.
        guess: its columns.
        folder: where the config will stand; the path in it is relative to there.

    Raises:
        DataError: the data cannot be trained on.
    """
    values: dict[str, Any] = {
        "name": model_name(data),
        "task": guess.task,
        "data": {
            "train": os.path.relpath(data.resolve(), folder.resolve()),
            "text_column": guess.text_column,
            "label_column": guess.label_column,
            "separator": guess.separator,
        },
        "text": {},
    }
    dataset = load_dataset(parse_config(values, folder=folder))
    reasons = [f"{data} has {sum(map(len, dataset.parts.values())):,} rows of {len(dataset.labels)} labels."]
    reasons += dataset.warnings
    if len(dataset.train) < _FEW_ROWS:
        values |= {section: dict(keys) for section, keys in _FOR_FEW_ROWS.items()}
        reasons.append(
            f"Fewer than {_FEW_ROWS:,} training rows: small batches, more epochs, and rare words are kept."
        )
    else:
        values |= {section: dict(keys) for section, keys in _FOR_MANY_ROWS.items()}
        tokens = _tokens(dataset.train)
        if tokens < FEW_TOKENS:
            values["model"].pop("vectors")
            reasons.append(
                f"The training rows hold {tokens:,.0f} tokens, fewer than {FEW_TOKENS:,}: too few to fit "
                "word vectors on first. Words are hidden in training."
            )
        else:
            reasons.append("Word vectors are fitted on the texts first, and words are hidden in training.")
    if not _named_by(data):
        reasons.append(
            f'No letter of "{data.name}" can stand in the name of a model, so it is "{values["name"]}"; '
            "change name in the config before another file gets the same."
        )
    values["text"]["max_length"], why = guess_max_length(dataset.train)
    return parse_config(values, folder=folder), [*reasons, why]


def model_name(data: Path) -> str:
    """A model name made of a file's name, else "model"."""
    return _named_by(data) or "model"


def _named_by(data: Path) -> str:
    """What a model's name can take of a file's name; letters lose their accents."""
    stem = unicodedata.normalize("NFKD", data.name.removesuffix(".gz").rsplit(".", 1)[0])
    return re.sub(r"[^A-Za-z0-9._-]+", "-", re.sub(r"[\u0300-\u036f]", "", stem)).strip("._-")[:100]


def guess_max_length(rows: Rows) -> tuple[int, str]:
    """A length that holds 95 % of the texts whole, at most the default, and a sentence that says so."""
    most = TextConfig().max_length
    long = float(np.quantile(_lengths(rows.texts), 0.95))
    length = int(min(most, max(_LENGTH_STEP, -(-long // _LENGTH_STEP) * _LENGTH_STEP)))
    why = f"95 % of the texts have at most {long:.0f} tokens, so max_length is {length}"
    return length, why + (" (of longer ones the beginning and the end are read)." if long > most else ".")


def _tokens(rows: Rows) -> float:
    """How many tokens the texts have, estimated where they are many."""
    return float(np.mean(_lengths(rows.texts))) * len(rows)


def _lengths(texts: Sequence[str]) -> list[int]:
    plain = PlainText(TextRule(max_length=1))
    return [plain.tokenize(text).total for text in texts[:: -(-len(texts) // _TEXTS_MEASURED)]]
