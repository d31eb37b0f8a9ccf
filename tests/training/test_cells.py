"""Every cell goes all the way: from the config to answers of both engines."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.runtime.predictor import open_predictor
from training.config import CELLS

pytestmark = pytest.mark.slow

TEXTS = ["row 3 was good, really", "row 5 was bad indeed", "", "nothing of this is known"]
OWN_KEYS = {
    "jordan": ["model.output_units=4", "model.output_activation=sigmoid"],
    "clockwork": ["model.units=6", "model.periods=[1, 2, 3]"],
    "scrn": ["model.context_units=3", "model.alpha=0.8"],
    "feedforward": ["model.window=2"],
}


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_is_trained_saved_and_answers_from_both_engines(
    engram: Callable[..., object], config_file: Path, cell: str
) -> None:
    values = [f"model.cell={cell}", "model.bidirectional=true", "model.layers=2", *OWN_KEYS.get(cell, [])]
    done = engram("train", config_file, *(word for value in values for word in ("--set", value)))
    assert done.code == 0, done.err
    path = Path(done.out.strip())
    saved, fast = (open_predictor(path, engine) for engine in ("savedmodel", "onnx"))
    assert saved.manifest.config["model"]["cell"] == cell
    assert saved.manifest.engines["onnx"].max_difference < 1e-5
    for one, other in zip(saved.predict(TEXTS), fast.predict(TEXTS), strict=True):
        np.testing.assert_allclose(one.answer.probabilities, other.answer.probabilities, rtol=0, atol=1e-5)
