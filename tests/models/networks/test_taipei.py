"""The lectures' sentence: to "arrive Taipei" makes it a destination, to "leave Taipei" a place of departure.

What a network must remember is the verb when it reads the city, which comes last here.
"""

from collections.abc import Callable
from itertools import product
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.networks.build import build_network
from models.networks.spec import NetworkSpec

pytestmark = pytest.mark.lecture

WORDS = [
    "[PAD]",
    "[OTHER]",
    "arrive",
    "leave",
    "taipei",
    "beijing",
    "shanghai",
    "tonight",
    "with",
    "my",
    "old",
    "friend",
]
VERBS, CITIES, BETWEEN = WORDS[2:4], WORDS[4:7], WORDS[7:]


def ids_of(*words: str) -> list[int]:
    return [WORDS.index(word) for word in words]


def sentences(most_between: int) -> tuple[list[list[int]], list[int]]:
    """Each verb and city with 0 to ``most_between`` words between, and whether it is a departure."""
    random = np.random.default_rng(0)
    rows, labels = [], []
    for departure, city, between in product((0, 1), CITIES, range(most_between + 1)):
        for _ in range(3):
            rows.append(ids_of(VERBS[departure], *random.choice(BETWEEN, between), city))
            labels.append(departure)
    return rows, labels


def trained(rows: list[list[int]], labels: list[int], **parts: Any) -> keras.Model:
    """A network of one direction that has read the sentences until it knows what can be known."""
    spec = NetworkSpec(
        len(WORDS),
        2,
        embedding_size=6,
        units=12,
        bidirectional=False,
        pooling="last",
        embedding_dropout=0.0,
        dropout=0.0,
        **parts,
    )
    model = build_network(spec, seed=3)
    ids = tf.ragged.constant(rows, dtype=tf.int32).to_tensor()
    lengths = tf.constant([len(row) for row in rows])
    optimizer = keras.optimizers.Adam(0.02)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step() -> Any:
        with tf.GradientTape() as tape:
            logits = model({"ids": ids, "lengths": lengths}, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    for _ in range(200):
        step()
    return model


def departure(logits: Any) -> list[bool]:
    return (logits[:, 1] > logits[:, 0]).tolist()


NEAR = [ids_of("arrive", "taipei"), ids_of("leave", "taipei")]
FAR = [ids_of(verb, "tonight", "with", "my", "old", "friend", "taipei") for verb in ("arrive", "leave")]


def test_a_network_that_sees_the_word_alone_cannot_tell(answer: Callable[..., Any]) -> None:
    model = trained(*sentences(0), cell="feedforward", window=1)
    # One by one: some processors sum the rows of a batch in different orders.
    arrive, leave = (answer(model, [row]) for row in NEAR)
    np.testing.assert_array_equal(arrive, leave)


def test_a_window_tells_until_the_verb_stands_outside_of_it(answer: Callable[..., Any]) -> None:
    model = trained(*sentences(1), cell="feedforward", window=3)
    assert departure(answer(model, NEAR)) == [False, True]
    # One by one: some processors sum the rows of a batch in different orders.
    arrive, leave = (answer(model, [row]) for row in FAR)
    np.testing.assert_array_equal(arrive, leave)


def test_elman_s_network_remembers_a_verb_five_words_away(answer: Callable[..., Any]) -> None:
    model = trained(*sentences(5), cell="simple_rnn")
    assert departure(answer(model, NEAR)) == [False, True]
    assert departure(answer(model, FAR)) == [False, True]
