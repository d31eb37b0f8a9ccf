"""How far back in time a trained network's memory reaches: gradients by their distance in time."""

from collections.abc import Sequence

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from models.networks.ensemble import members_of
from models.runtime.padding import pad

MOST_TEXTS = 32
MOST_DISTANCE = 200


Rows = Sequence[npt.NDArray[np.int32]]


def gradient_by_distance(
    model: keras.Model, layers: int, texts: Rows, characters: Rows | None = None
) -> list[float]:
    """How much of the final state of the top layer comes from what it read so many words before.

    For each text the final state of the forward direction is taken along a direction drawn by chance, and its
    gradient with respect to the input of that layer at each word. Where the norms fall to nothing, what stood
    so far back cannot have changed the final state, and nothing could have been learned from it.

    Reference: Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, 2013,
    section 2.

    Args:
        model: a network built by ``models.networks.build``, or an ensemble of such, whose first is taken.
        layers: number of its recurrent layers.
        texts: ids of texts; those of the middle length are read.
        characters: of each text, [tokens, n], where the network reads such.

    Returns:
        The mean norm from distance 0 (the last word) on, as far as half of the texts read reach, and at most
        ``MOST_DISTANCE``; empty where no text has a word.
    """
    members = members_of(model)
    model = members[0] if members else model
    chosen = _middle(texts)
    if not chosen:
        return []
    top = model.get_layer(f"forward_{layers}")
    ids, lengths = pad([texts[place] for place in chosen])
    given = {"ids": ids, "lengths": lengths}
    if characters is not None:
        given["characters"] = _padded([characters[place] for place in chosen], ids.shape[1])
    inputs, steps = _inputs(model, top, given)
    batch = np.arange(len(chosen))
    direction = np.random.default_rng(0).normal(size=(len(chosen), top.output.shape[-1]))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        final = tf.gather_nd(top(inputs), np.stack([batch, steps - 1], axis=1))
        along = tf.reduce_sum(final * tf.cast(direction, final.dtype))
    norms = np.linalg.norm(np.asarray(tape.gradient(along, inputs)), axis=2)
    reach = min(MOST_DISTANCE, int(np.median(steps)))
    return [
        float(norms[batch[steps > distance], steps[steps > distance] - 1 - distance].mean())
        for distance in range(reach)
    ]


def _middle(texts: Rows) -> list[int]:
    """The places of the texts nearest to the median length, of those that have a word."""
    ordered = sorted(
        (place for place, ids in enumerate(texts) if len(ids)), key=lambda place: len(texts[place])
    )
    begin = max(0, (len(ordered) - MOST_TEXTS) // 2)
    return ordered[begin : begin + MOST_TEXTS]


def _padded(rows: Rows, time: int) -> npt.NDArray[np.int32]:
    """[texts, time, n] of rows [tokens, n]."""
    return np.stack([np.pad(row, ((0, time - len(row)), (0, 0))) for row in rows])


def _inputs(
    model: keras.Model, top: keras.Layer, given: dict[str, npt.NDArray[np.int32]]
) -> tuple[tf.Tensor, npt.NDArray[np.int64]]:
    """What the layer reads of texts, [batch, time, features], and how many steps each has."""
    read = model.get_layer("embedding").output
    # Where ids are letters, the steps are the words they make up.
    steps = read[1] if isinstance(read, (list, tuple)) else model.input["lengths"]
    inputs, counts = keras.Model(model.input, [top.input, steps])(given)
    return tf.convert_to_tensor(inputs), np.asarray(counts, dtype=np.int64)
