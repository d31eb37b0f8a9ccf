"""Training speed: bucketed batches beside plain ``keras.Model.fit`` on padded input, and PyTorch, in one run.

Usage: python -m benchmarks.training [--data FILE] [--rows N] [--max-length N] [--epochs N]
           [--networks NAME...] [--torch PYTHON] [--output FILE]

All sides train the same sizes with the same optimizer on the same rows; an epoch is the mean of those after
the first, which traces and warms up. Engram and Keras take turns epoch by epoch, so that both meet the same
moods of the machine; PyTorch follows, in a process of its own. Without --data the rows are drawn to look like
IMDB's (log-normal: median 200 tokens, mean 265 before the cut). With it they are those of a labelled file,
drawn by seed; a tenth of them is held out, and the accuracy on these stands beside the time: being faster
must not cost any.
--torch is the Python of another virtual environment that has PyTorch; it gets the same batches, packed.
Tokens a second count real tokens only, on all sides. Threads: as many as there are CPUs, on all sides.
"""

import argparse
import json
import math
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.figures import in_percent
from models.runtime.quiet import quiet_tensorflow
from models.runtime.threads import available_cpus, limit_threads

limit_threads(available_cpus(), side_by_side=available_cpus())
quiet_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402

from models.networks.build import build_network  # noqa: E402
from models.networks.spec import NetworkSpec  # noqa: E402
from models.text.plain import Encoder, PlainText  # noqa: E402
from models.text.spec import TextRule  # noqa: E402
from models.text.vocabulary import Vocabulary  # noqa: E402
from training.batching import Batches, run_in_batches  # noqa: E402
from training.config import TrainingConfig  # noqa: E402
from training.data.rows import Layout, read_rows  # noqa: E402
from training.prefetch import prefetched  # noqa: E402
from training.step import NetworkSteps  # noqa: E402
from training.updates import Updates  # noqa: E402

VOCABULARY, EMBEDDING, UNITS, BATCH, RATE = 20_000, 128, 64, 64, 1e-3
NETWORKS = {
    "SimpleRNN": ("simple_rnn", False),
    "LSTM": ("lstm", False),
    "GRU": ("gru", False),
    "BiLSTM": ("lstm", True),
}
LAYERS = {"simple_rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


@dataclass(frozen=True, slots=True)
class Data:
    """Rows as token ids; ``held_out`` of them, the last, are not trained on."""

    ids: list[Any]
    targets: Any
    held_out: int

    @property
    def train(self) -> tuple[list[Any], Any]:
        count = len(self.ids) - self.held_out
        return self.ids[:count], self.targets[:count]

    @property
    def dev(self) -> tuple[list[Any], Any]:
        count = len(self.ids) - self.held_out
        return self.ids[count:], self.targets[count:]


@dataclass(frozen=True, slots=True)
class Way:
    """A network and how it is trained: ``epoch`` takes one by its number from 1, ``answers`` gives the label
    of each row held out."""

    epoch: Callable[[int], Any]
    answers: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of an epoch, and the accuracy on the rows held out; None where there are none."""

    seconds: float
    accuracy: float | None


def main() -> None:
    """Prints the table and writes the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="a labelled file, for real texts and the accuracy")
    parser.add_argument("--rows", type=int, default=2560)
    parser.add_argument("--max-length", type=int, default=512)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--torch", type=Path, metavar="PYTHON")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/training.json"))
    args = parser.parse_args()
    data = labelled(args) if args.data else drawn(args)
    tokens = sum(map(len, data.train[0]))
    print(f"{len(data.train[0])} rows, {tokens} tokens, of at most {args.max_length} a row; batch {BATCH}")
    figures = []
    for name in args.networks:
        ways = {
            "bucketed": bucketed(name, data, args.epochs),
            "padded keras fit": padded(name, data, args.max_length),
        }
        runs = in_turns(ways, data, args.epochs)
        if args.torch:
            runs["torch"] = pytorch(name, data, args.torch, args.epochs)
        for way, run in runs.items():
            figures.append({"network": name, "way": way, "tokens": tokens, **facts(run, data)})
            print(line(name, way, run, runs["padded keras fit"], tokens, data), flush=True)
        body = {
            "rows": len(data.train[0]),
            "held_out": data.held_out,
            "max_length": args.max_length,
            "epochs": args.epochs,
            "threads": available_cpus(),
            "ways": figures,
        }
        # After each network: a run that is stopped keeps what it has.
        args.output.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


def facts(run: Run, data: Data) -> dict[str, float]:
    """What is kept of a run."""
    if run.accuracy is None:
        return {"seconds": run.seconds}
    return {"seconds": run.seconds, "accuracy": run.accuracy, "half_interval": half_interval(run, data)}


def half_interval(run: Run, data: Data) -> float:
    """Half of the 95 % interval of the accuracy."""
    assert run.accuracy is not None
    return 1.96 * math.sqrt(run.accuracy * (1 - run.accuracy) / data.held_out)


def line(name: str, way: str, run: Run, against: Run, tokens: int, data: Data) -> str:
    """One line of the table."""
    text = f"{name:10} {way:17} {run.seconds:8.1f} s {tokens / run.seconds / 1e3:6.0f}k tok/s"
    text += f" {against.seconds / run.seconds:5.2f}x"
    if run.accuracy is not None:
        text += f"  accuracy {in_percent(run.accuracy)}% ± {in_percent(half_interval(run, data))} points"
    return text


def drawn(args: argparse.Namespace) -> Data:
    """Rows of random tokens whose lengths are like IMDB's."""
    lengths = np.random.default_rng(0).lognormal(np.log(200), 0.75, args.rows)
    random = np.random.default_rng(1)
    cut = np.clip(lengths, 10, args.max_length).astype(np.int64)
    ids = [random.integers(2, VOCABULARY, length).astype(np.int32) for length in cut]
    return Data(ids, random.integers(0, 2, len(ids)).astype(np.int32), 0)


def labelled(args: argparse.Namespace) -> Data:
    """Rows of a file, in an order drawn by seed; the vocabulary is that of the rows trained on."""
    rows = read_rows(args.data, Layout()).rows
    order = np.random.default_rng(0).permutation(len(rows))[: args.rows]
    texts = [rows.texts[row] for row in order]
    names = [rows.labels[row][0] for row in order]
    held_out = len(texts) // 10
    rule = TextRule(max_length=args.max_length)
    plain = PlainText(rule)
    tokens = [plain.tokenize(text).tokens for text in texts[: len(texts) - held_out]]
    encoder = Encoder(rule, Vocabulary.fit(tokens, VOCABULARY, 2))
    labels = {name: index for index, name in enumerate(sorted(set(names)))}
    ids = [np.array(encoder.encode(text).ids, np.int32) for text in texts]
    return Data(ids, np.array([labels[name] for name in names], np.int32), held_out)


def in_turns(ways: Mapping[str, Way], data: Data, epochs: int) -> dict[str, Run]:
    """Trains all ways, an epoch of each after the other."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(1, epochs + 1):
        for name, way in ways.items():
            start = time.perf_counter()
            way.epoch(number)
            seconds[name].append(time.perf_counter() - start)
    _, truth = data.dev
    return {
        name: Run(
            statistics.fmean(seconds[name][1:]),
            float((way.answers() == truth).mean()) if data.held_out else None,
        )
        for name, way in ways.items()
    }


def bucketed(name: str, data: Data, epochs: int) -> Way:
    """The way ``engram train`` does it."""
    cell, both = NETWORKS[name]
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
    keras.utils.set_random_seed(1)
    batches = Batches(*data.train, batch_size=BATCH)
    model = build_network(spec, seed=1)
    config = TrainingConfig(learning_rate=RATE)
    steps = NetworkSteps(model, Updates(config, model, batches.steps(1, epochs)), "classification")

    def epoch(number: int) -> None:
        for batch in prefetched(batches.epoch(1, number)):
            figures = steps.train(batch)
        float(figures.loss)

    def answers() -> Any:
        return run_in_batches(steps.logits, data.dev[0], batch_size=BATCH).argmax(axis=1)

    return Way(epoch, answers)


def padded(name: str, data: Data, max_length: int) -> Way:
    """``fit`` on rows padded to ``max_length``."""
    cell, both = NETWORKS[name]
    keras.utils.set_random_seed(1)
    recurrent = LAYERS[cell](UNITS)
    model = keras.Sequential(
        [
            keras.layers.Embedding(VOCABULARY, EMBEDDING, mask_zero=True),
            keras.layers.Bidirectional(recurrent) if both else recurrent,
            keras.layers.Dense(2),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(RATE, global_clipnorm=1.0), loss)

    def to_array(ids: Sequence[Any]) -> Any:
        return keras.utils.pad_sequences(ids, maxlen=max_length, padding="post")

    ids, targets = data.train
    rows = to_array(ids)

    def answers() -> Any:
        return model.predict(to_array(data.dev[0]), batch_size=BATCH, verbose=0).argmax(axis=1)

    return Way(lambda _: model.fit(rows, targets, batch_size=BATCH, epochs=1, verbose=0), answers)


def pytorch(name: str, data: Data, python: Path, epochs: int) -> Run:
    """``benchmarks/training_torch.py`` in its own environment, on the batches of ``bucketed``."""
    cell, both = NETWORKS[name]
    batches = Batches(*data.train, batch_size=BATCH)
    order = [[batch.rows.tolist() for batch in batches.epoch(1, number)] for number in range(1, epochs + 1)]
    body = {
        "cell": cell,
        "both": both,
        "ids": [ids.tolist() for ids in data.ids],
        "targets": data.targets.tolist(),
        "held_out": data.held_out,
        "batches": order,
        "vocabulary": VOCABULARY,
        "embedding": EMBEDDING,
        "units": UNITS,
        "rate": RATE,
        "threads": available_cpus(),
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(body, file)
        file.flush()
        script = Path(__file__).with_name("training_torch.py")
        done = subprocess.run([str(python), str(script), file.name], stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    return Run(found["seconds"], found["accuracy"])


if __name__ == "__main__":
    main()
