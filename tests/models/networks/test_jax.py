"""The cells need TensorFlow nowhere: with JAX underneath they answer the same, and learn."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.networks.registry import PARTS

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
for path in sorted(folder.glob("*.keras")):
    model = keras.saving.load_model(path)
    np.save(path.with_suffix(".npy"), model(batch, training=False))
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    before = model.train_on_batch(batch, labels)
    assert model.test_on_batch(batch, labels) < before, path
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
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(tmp_path)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for cell, logits in expected.items():
        np.testing.assert_allclose(np.load(tmp_path / f"{cell}.npy"), logits, rtol=0, atol=1e-5)
