"""Training speed: bucketed batches beside plain ``keras.Model.fit`` on padded input, in one run.

Usage: python -m benchmarks.training [--rows N] [--max-length N] [--data FILE] [--output FILE]

Both sides train the same sizes with the same optimizer on the same rows, one epoch after a warm-up one. The
lengths are drawn to look like IMDB's (log-normal: median 200 tokens, mean 265 before the cut), or are those
of --data.
Tokens a second count real tokens only, on both sides. Threads: as many as there are CPUs.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.runtime.quiet import quiet_tensorflow
from models.runtime.threads import available_cpus, limit_threads

limit_threads(available_cpus(), side_by_side=available_cpus())
quiet_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402

from models.networks.build import build_network  # noqa: E402
from models.networks.spec import NetworkSpec  # noqa: E402
from models.text.plain import PlainText  # noqa: E402
from models.text.spec import TextRule  # noqa: E402
from training.batching import Batches  # noqa: E402
from training.config import TrainingConfig  # noqa: E402
from training.data.rows import read_texts  # noqa: E402
from training.prefetch import prefetched  # noqa: E402
from training.step import NetworkSteps  # noqa: E402
from training.updates import Updates  # noqa: E402

VOCABULARY, EMBEDDING, UNITS, BATCH = 20_000, 128, 64, 64
NETWORKS = {
    "SimpleRNN": ("simple_rnn", False),
    "LSTM": ("lstm", False),
    "GRU": ("gru", False),
    "BiLSTM": ("lstm", True),
}
LAYERS = {"simple_rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


def main() -> None:
    """Prints the table and writes the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=2560)
    parser.add_argument("--max-length", type=int, default=512)
    parser.add_argument("--data", type=Path, help="a file with a text column, for real lengths")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/training.json"))
    args = parser.parse_args()
    lengths = text_lengths(args)
    random = np.random.default_rng(1)
    rows = [random.integers(2, VOCABULARY, length).astype(np.int32) for length in lengths]
    targets = random.integers(0, 2, len(rows)).astype(np.int32)
    tokens = int(lengths.sum())
    print(f"{len(rows)} rows, mean {lengths.mean():.0f} tokens of at most {args.max_length}, batch {BATCH}")
    print(f"{'':10} {'bucketed':>22} {'padded keras fit':>22} {'ratio':>6}")
    figures = []
    for name, (cell, both) in NETWORKS.items():
        ours, theirs = bucketed(cell, both, rows, targets), padded(cell, both, rows, targets, args.max_length)
        figures.append({"network": name, "bucketed_s": ours, "padded_s": theirs, "tokens": tokens})
        print(
            f"{name:10} {ours:8.1f} s {tokens / ours / 1e3:6.0f}k tok/s"
            f" {theirs:8.1f} s {tokens / theirs / 1e3:6.0f}k tok/s {theirs / ours:5.2f}x",
            flush=True,
        )
    args.output.write_text(
        json.dumps(
            {
                "rows": len(rows),
                "max_length": args.max_length,
                "threads": available_cpus(),
                "epochs": figures,
            },
            indent=1,
        )
    )


def text_lengths(args: argparse.Namespace) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Tokens of each row, cut at ``max_length``."""
    if args.data:
        plain = PlainText(TextRule(max_length=args.max_length))
        texts = [text for text, _ in zip(read_texts(args.data), range(args.rows), strict=False)]
        return np.array([len(plain.tokenize(text).tokens) for text in texts])
    drawn = np.random.default_rng(0).lognormal(np.log(200), 0.75, args.rows)
    return np.clip(drawn, 10, args.max_length).astype(np.int64)


def bucketed(cell: str, both: bool, rows: list[Any], targets: Any) -> float:
    """Seconds of one epoch the way ``engram train`` does it."""
    spec = NetworkSpec(
        VOCABULARY,
        2,
        cell=cell,
        bidirectional=both,
        embedding_size=EMBEDDING,
        units=UNITS,
        pooling="last",
        embedding_dropout=0.0,
        dropout=0.0,
    )
    batches = Batches(rows, targets, batch_size=BATCH)
    model = build_network(spec, seed=1)
    steps = NetworkSteps(model, Updates(TrainingConfig(), model, 1000), "classification")

    def epoch(number: int) -> None:
        for batch in prefetched(batches.epoch(1, number)):
            figures = steps.train(batch)
        float(figures.loss)

    return second_epoch(epoch)


def padded(cell: str, both: bool, rows: list[Any], targets: Any, max_length: int) -> float:
    """Seconds of one epoch of ``fit`` on rows padded to ``max_length``."""
    recurrent = LAYERS[cell](UNITS)
    model = keras.Sequential(
        [
            keras.layers.Embedding(VOCABULARY, EMBEDDING, mask_zero=True),
            keras.layers.Bidirectional(recurrent) if both else recurrent,
            keras.layers.Dense(2),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(global_clipnorm=1.0), loss)
    ids = keras.utils.pad_sequences(rows, maxlen=max_length, padding="post")
    return second_epoch(lambda _number: model.fit(ids, targets, batch_size=BATCH, epochs=1, verbose=0))


def second_epoch(epoch: Callable[[int], Any]) -> float:
    """Runs two epochs; the first one traces and warms up."""
    epoch(1)
    start = time.perf_counter()
    epoch(2)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
