"""The cells need TensorFlow nowhere: with JAX underneath they answer the same, and learn."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.networks.heads.crf import viterbi
from models.networks.inputs.characters import READERS
from models.networks.registry import PARTS
from models.networks.tagger import build_tagger
from models.networks.tagger_spec import TaggerSpec

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
ROWS = [[2, 3, 4], [], [5, 6], [7, 8, 9, 10, 2]]
RUN = """
import sys
from pathlib import Path
import keras, numpy as np
import models.networks
assert keras.backend.backend() == "jax"
assert "tensorflow" not in sys.modules
folder = Path(sys.argv[1])
batch = dict(np.load(folder / "batch.npz"))
labels = np.array([0, 1, 1, 0])
for path in sorted(folder.glob("*.v1.keras")):
    model = keras.saving.load_model(path)
    np.save(path.with_suffix(".npy"), model(batch, training=False))
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    before = model.train_on_batch(batch, labels)
    assert model.test_on_batch(batch, labels) < before, path
assert "tensorflow" not in sys.modules
"""

TAG = """
import sys
from pathlib import Path
import jax, keras, numpy as np
import models.networks
from models.networks.heads.crf import log_likelihood, viterbi
folder = Path(sys.argv[1])
batch = dict(np.load(folder / "batch.npz"))
tags = batch.pop("tags")
for path in sorted(folder.glob("*.keras")):
    model = keras.saving.load_model(path)
    found = model(batch, training=False)
    best = viterbi(found["emissions"], found["transitions"], batch["lengths"])
    arrays = {name: np.asarray(value) for name, value in found.items()}
    np.savez(path.with_suffix(".npz"), **arrays, best=best)
    fixed = [variable.value for variable in model.non_trainable_variables]
    def loss(weights):
        found, _ = model.stateless_call(weights, fixed, batch)
        return -log_likelihood(found["emissions"], found["transitions"], tags, batch["lengths"]).mean()
    weights = [variable.value for variable in model.trainable_variables]
    before, gradients = jax.value_and_grad(loss)(weights)
    after = loss([weight - 0.01 * gradient for weight, gradient in zip(weights, gradients)])
    assert after < before, (path, before, after)
assert "tensorflow" not in sys.modules
"""


def test_networks_saved_with_tensorflow_answer_the_same_and_learn_with_jax(
    network: Callable[..., Any], answer: Callable[..., Any], tmp_path: Path
) -> None:
    pytest.importorskip("jax", reason="the extra jax is not installed")
    expected = {}
    for cell in PARTS["cell"]:
        model = network(cell=cell, bidirectional=False)
        model.save(tmp_path / f"{cell}.keras")
        expected[cell] = answer(model, ROWS)
    ids = np.array([row + [0] * (5 - len(row)) for row in ROWS], np.int32)
    np.savez(tmp_path / "batch.npz", ids=ids, lengths=np.array([len(row) for row in ROWS], np.int32))
    with_jax(RUN, tmp_path)
    for cell, logits in expected.items():
        np.testing.assert_allclose(np.load(tmp_path / f"{cell}.npy"), logits, rtol=0, atol=1e-5)


def test_a_chain_over_tags_scores_answers_and_learns_the_same_with_jax(
    randomise: Callable[..., Any], tmp_path: Path
) -> None:
    pytest.importorskip("jax", reason="the extra jax is not installed")
    lengths = np.array([len(row) for row in ROWS], np.int32)
    batch = {
        "ids": np.array([row + [0] * (5 - len(row)) for row in ROWS], np.int32),
        "lengths": lengths,
        "characters": np.random.default_rng(0).integers(1, 5, (len(ROWS), 5, 1 + 4)).astype(np.int32),
    }
    expected = {}
    for reader in sorted(READERS):
        spec = TaggerSpec(
            11,
            9,
            types=2,
            intents=2,
            units=3,
            embedding_size=4,
            characters=reader,
            character_vocabulary=7,
            character_length=4,
            capitalisation=True,
        )
        model = randomise(build_tagger(spec, seed=1))
        model.save(tmp_path / f"{reader}.keras")
        found = model(batch, training=False)
        best = viterbi(found["emissions"], found["transitions"], lengths)
        expected[reader] = {name: np.asarray(value) for name, value in (*found.items(), ("best", best))}
    np.savez(tmp_path / "batch.npz", tags=np.random.default_rng(1).integers(0, 9, (len(ROWS), 5)), **batch)
    with_jax(TAG, tmp_path)
    for reader, outputs in expected.items():
        answered = np.load(tmp_path / f"{reader}.npz")
        assert set(answered) == set(outputs)
        for name, values in outputs.items():
            np.testing.assert_allclose(answered[name], values, rtol=0, atol=1e-5, err_msg=name)


def with_jax(code: str, folder: Path) -> None:
    """Runs code in a process of its own, with JAX underneath."""
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
