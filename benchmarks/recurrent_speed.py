"""Ways to keep padding out of a recurrent layer, compared in one run.

    python -m benchmarks.recurrent_speed [--rounds 8] [--xla]

All ways give the same states: Keras' mask; no mask, with the backward direction over reversed rows, the
reversal by one flat gather (what ``models.networks`` does) or by ``take_along_axis``; and with ``--xla`` the
flat gather compiled by XLA or, for answers, with the loop unrolled (both need a graph for each shape).

A training step is embedding, recurrence, mean, loss, gradient and Adam. The ways take turns and the best of
all rounds counts, so a busy machine shifts them alike: read the ratios.
"""

import argparse
import os
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from models.networks.lengths import ReverseTokens, Tensor
from models.networks.pooling.mean import MeanPooling

VOCABULARY, EMBEDDING, UNITS = 20_000, 128, 64
TRAINING, ANSWERING = ((64, 200), (32, 400)), ((1, 50), (32, 50))
CELLS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
Step = Callable[..., Any]


class ReverseAlongAxis(keras.layers.Layer):
    """Row reversal by ``take_along_axis``."""

    def call(self, sequence: Tensor, lengths: Tensor) -> Tensor:
        steps = ops.arange(ops.shape(sequence)[1], dtype="int32")[None, :]
        last = lengths[:, None] - 1
        return ops.take_along_axis(sequence, ops.where(steps <= last, last - steps, steps)[..., None], axis=1)


class MaskOf(keras.layers.Layer):
    """Lengths as Keras' boolean mask."""

    def call(self, ids: Tensor, lengths: Tensor) -> Tensor:
        return ops.arange(ops.shape(ids)[1], dtype="int32")[None, :] < lengths[:, None]


def states(
    way: str, cell: str, bidirectional: bool, sequence: Tensor, mask: Tensor, lengths: Tensor
) -> Tensor:
    def layer() -> keras.Layer:
        return CELLS[cell](UNITS, return_sequences=True, use_cudnn=False, unroll=way == "unrolled")

    if way == "mask":
        masked = keras.layers.Bidirectional(layer()) if bidirectional else layer()
        return masked(sequence, mask=mask)
    if not bidirectional:
        return layer()(sequence)
    reverse = ReverseAlongAxis() if way == "take_along_axis" else ReverseTokens()
    forward = layer()(sequence)
    backward = reverse(layer()(reverse(sequence, lengths)), lengths)
    return keras.layers.Concatenate()([forward, backward])


def steps(way: str, cell: str, bidirectional: bool, time_steps: int | None = None) -> tuple[Step, Step]:
    """A training step and a forward pass, each one graph for every shape (XLA, unrolled: one a shape)."""
    ids, lengths = keras.Input((time_steps,), dtype="int32"), keras.Input((), dtype="int32")
    sequence = keras.layers.Embedding(VOCABULARY, EMBEDDING)(ids)
    top = states(way, cell, bidirectional, sequence, MaskOf()(ids, lengths), lengths)
    model = keras.Model([ids, lengths], keras.layers.Dense(2)(MeanPooling()(top, lengths)))
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    ids_spec, row_spec = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32)
    fixed_shape = way in ("xla", "unrolled")

    @tf.function(
        jit_compile=way == "xla", input_signature=None if fixed_shape else [ids_spec, row_spec, row_spec]
    )
    def train(ids: Any, lengths: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = model([ids, lengths], training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            loss = tf.reduce_mean(losses)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    @tf.function(jit_compile=way == "xla", input_signature=None if fixed_shape else [ids_spec, row_spec])
    def forward(ids: Any, lengths: Any) -> Any:
        return model([ids, lengths], training=False)

    return train, forward


def batch(rows: int, time_steps: int) -> tuple[Any, Any, Any]:
    """Rows of 80 % to 100 % of the longest, as a length bucket has them."""
    generator = np.random.default_rng(0)
    lengths = generator.integers(time_steps * 4 // 5, time_steps + 1, rows)
    lengths[0] = time_steps
    ids = generator.integers(1, VOCABULARY, (rows, time_steps))
    ids[np.arange(time_steps) >= lengths[:, None]] = 0
    labels = generator.integers(0, 2, rows)
    return tuple(tf.constant(values.astype(np.int32)) for values in (ids, lengths, labels))


def seconds(ways: dict[str, Step], arguments: tuple[Any, ...], rounds: int) -> dict[str, float]:
    """Best time of each way over ``rounds`` in which they take turns; the first call is not counted."""
    best = dict.fromkeys(ways, float("inf"))
    for number in range(rounds + 1):
        for way, step in ways.items():
            start = time.perf_counter()
            np.asarray(step(*arguments))
            if number:
                best[way] = min(best[way], time.perf_counter() - start)
    return best


def lines(cell: str, bidirectional: bool, ways: list[str], rounds: int) -> Iterator[str]:
    built = {way: steps(way, cell, bidirectional) for way in ways}
    name = f"{'bi' if bidirectional else ''}{cell}-{UNITS}"
    for rows, length in TRAINING:
        best = seconds({way: pair[0] for way, pair in built.items()}, batch(rows, length), rounds)
        for way, took in best.items():
            speed = f"{rows * length / took / 1000:8.0f}k tokens/s"
            yield f"{name:10} train {rows:3} x {length:3} {way:16} {speed} {best['mask'] / took:6.2f}x"
    for rows, length in ANSWERING:
        forward = {way: pair[1] for way, pair in built.items()}
        if "xla" in ways:
            forward["unrolled"] = steps("unrolled", cell, bidirectional, length)[1]
        best = seconds(forward, batch(rows, length)[:2], rounds * 5)
        for way, took in best.items():
            speed = f"{took * 1000:17.2f} ms"
            yield f"{name:10} answer {rows:2} x {length:3} {way:16} {speed} {best['mask'] / took:6.2f}x"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=8, help="times each way is measured")
    parser.add_argument("--xla", action="store_true", help="also XLA and, for answers, the unrolled loop")
    options = parser.parse_args()
    # Pooling goes by the lengths; that it drops Keras' mask is meant.
    warnings.filterwarnings("ignore", message=".*destroy the mask information")
    for cell in CELLS:
        for bidirectional in (True, False):
            ways = ["mask", "flat gather", *(["take_along_axis"] if bidirectional else [])]
            ways += ["xla"] if options.xla else []
            for line in lines(cell, bidirectional, ways, options.rounds):
                print(line, flush=True)


if __name__ == "__main__":
    main()
