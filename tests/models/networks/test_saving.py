"""A saved network gives the same answers in a new process that has only imported ``models.networks``."""

import subprocess
import sys
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from models.networks.registry import PARTS

ROOT = Path(__file__).parents[3]
ROWS = [[2, 3, 4], [], [5, 6], [7, 8, 9, 10, 2]]
LOAD = """
import sys
from pathlib import Path
import keras, numpy as np
import models.networks
folder = Path(sys.argv[1])
batch = dict(np.load(folder / "batch.npz"))
for path in folder.glob("*.keras"):
    np.save(path.with_suffix(".npy"), keras.saving.load_model(path)(batch, training=False))
"""


def test_saved_networks_answer_the_same_in_a_new_process(
    network: Callable[..., Any], answer: Callable[..., Any], tmp_path: Path
) -> None:
    expected = {}
    for number, (cell, pooling) in enumerate(zip(PARTS["cell"], cycle(PARTS["pooling"]), strict=False)):
        model = network(cell=cell, pooling=pooling, layers=1 + number % 2, dropout=0.3, embedding_dropout=0.2)
        model.save(tmp_path / f"{number}.keras")
        expected[f"{number}.npy"] = answer(model, ROWS)
    ids = np.array([row + [0] * (5 - len(row)) for row in ROWS], np.int32)
    np.savez(tmp_path / "batch.npz", ids=ids, lengths=np.array([len(row) for row in ROWS], np.int32))

    subprocess.run(
        [sys.executable, "-c", LOAD, str(tmp_path)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert len(expected) == len(PARTS["cell"]) > len(PARTS["pooling"])
    for name, logits in expected.items():
        np.testing.assert_allclose(np.load(tmp_path / name), logits, rtol=0, atol=1e-6)
