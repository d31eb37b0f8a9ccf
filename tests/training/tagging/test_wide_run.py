"""A joint network whose intents are also read from n-grams."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from models.networks.wide.blend import INTENTS, recurrent_side, wide_side
from models.runtime.artifact import open_artifact
from models.runtime.predictor import open_predictor
from models.runtime.tagging import TaggedPrediction

TEXTS = ["arrive New York on Monday", "leave 巴黎 on noon", "", "leave leave arrive"]


@pytest.fixture(scope="module")
def wide_trips(write_trips: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``<artifacts>/trips/1``. Do not write to it."""
    config = write_trips(tmp_path_factory.mktemp("wide"))
    settings = ("--set=model.wide=true", "--set=training.epochs=2")
    command = [sys.executable, "-m", "training", "train", str(config), *settings]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "intent accuracy of the recurrent side alone" in done.stderr
    return Path(done.stdout.strip())


def test_both_engines_answer_alike(wide_trips: Path) -> None:
    for one, other in zip(*(answers(wide_trips, name) for name in ("savedmodel", "onnx")), strict=True):
        assert one.tags == other.tags
        np.testing.assert_allclose(one.answer.probabilities, other.answer.probabilities, atol=1e-5)


def test_the_intent_is_the_scaled_sum_of_both_sides(wide_trips: Path) -> None:
    model = keras.saving.load_model(wide_trips / "model.keras", compile=False)
    encoder = open_predictor(wide_trips).encode("leave Rome on Monday")
    assert encoder.characters is not None
    inputs = {
        "ids": np.array([encoder.ids], np.int32),
        "lengths": np.array([len(encoder.ids)], np.int32),
        "characters": encoder.characters[None],
    }
    both = {name: np.asarray(value) for name, value in model(inputs).items()}
    alone = {name: np.asarray(value) for name, value in recurrent_side(model)(inputs).items()}
    wide = np.asarray(wide_side(model)({name: inputs[name] for name in ("ids", "lengths")}))
    manifest = open_artifact(wide_trips).manifest
    scales = manifest.training["wide"]["scales"]
    expected = scales["recurrent"] * alone[INTENTS] + scales["linear"] * wide
    np.testing.assert_allclose(both[INTENTS], expected, rtol=1e-5, atol=1e-6)
    assert np.abs(wide).max() > 0.1
    np.testing.assert_array_equal(both["emissions"], alone["emissions"])
    assert scales["linear"] > 0


def test_manifest_and_report_tell_of_both_sides(wide_trips: Path) -> None:
    facts = open_artifact(wide_trips).manifest.training["wide"]
    for part in facts["accuracy"].values():
        assert set(part) == {"recurrent", "linear", "blend"}
        assert part["linear"] == 1.0
    page = (wide_trips / "report" / "index.html").read_text(encoding="utf-8")
    assert "Accuracy of the intents by each side alone" in page


def test_training_goes_on_from_the_recurrent_side(
    wide_trips: Path, write_trips: Callable[..., Path], tmp_path: Path, engram: Callable[..., Any]
) -> None:
    settings = ("model.wide=true", "training.epochs=1", "output.onnx=false")
    done = engram(
        "train", write_trips(tmp_path), "--from", wide_trips, *(f"--set={each}" for each in settings)
    )
    assert done.code == 0, done.err
    before, after = (open_artifact(path).manifest.training for path in (wide_trips, Path(done.out.strip())))
    assert after["wide"]["ngrams"] == before["wide"]["ngrams"]
    assert after["history"]["epochs"][0]["train_loss"] < before["history"]["epochs"][-1]["train_loss"]


def answers(path: Path, engine: str) -> list[TaggedPrediction]:
    return [one for one in open_predictor(path, engine).predict(TEXTS) if isinstance(one, TaggedPrediction)]
