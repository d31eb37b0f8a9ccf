"""Answers texts with a saved model, in a process that knows TensorFlow and nothing of Engram.

Usage: open_saved_model.py FOLDER INPUT.json OUTPUT.npz [without-keras]
"""

import json
import sys

FOLDER, INPUT, OUTPUT, *FLAGS = sys.argv[1:]
if "without-keras" in FLAGS:
    sys.modules["keras"] = None

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

with open(INPUT, encoding="utf-8") as file:
    given = json.load(file)
signatures = tf.saved_model.load(FOLDER).signatures
texts = signatures["serving_default"](text=tf.constant([text.encode() for text in given["texts"]]))
ids = signatures["ids"](
    ids=tf.constant(given["ids"], tf.int32), lengths=tf.constant(given["lengths"], tf.int32)
)
np.savez(
    OUTPUT,
    probabilities=texts["probabilities"].numpy(),
    label=texts["label"].numpy().astype(str),
    confidence=texts["confidence"].numpy(),
    logits=ids["logits"].numpy(),
    outputs=np.array([*sorted(texts), *sorted(ids)]),
)
assert not any(name in sys.modules for name in ("models", "training"))
