"""A whole run with a wide side: what is judged is what every engine answers, and can be gone on from."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.networks.wide.blend import recurrent_side
from models.runtime.engines.load import load_engine
from models.runtime.manifest import Manifest
from models.runtime.padding import pad
from models.runtime.predictor import open_predictor
from models.runtime.run import run_rows
from training.config_file import load_config
from training.previous import open_previous
from training.progress import PlainReporter
from training.run import Prepared, Trained, judge_baseline, prepare, save, train_network

SCRIPT = Path(__file__).parent / "scripts" / "open_saved_model.py"
WIDE = ("model.wide=true", "output.onnx=int8", "training.epochs=1")


pytestmark = pytest.mark.usefixtures("leave_no_determinism")


@pytest.fixture(scope="module")
def config_file(write_config: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_config(tmp_path_factory.mktemp("wide"))


@pytest.fixture(scope="module")
def run(config_file: Path) -> tuple[Prepared, Trained, Path, Manifest]:
    prepared = prepare(load_config(config_file, WIDE), PlainReporter())
    trained = train_network(prepared, 3, PlainReporter())
    path, _ = save(prepared, trained, judge_baseline(prepared), {})
    return prepared, trained, path, open_predictor(path).manifest


def test_every_engine_answers_what_was_judged(run: tuple[Prepared, Trained, Path, Manifest]) -> None:
    prepared, trained, path, _ = run
    assert trained.blend is not None
    linear = trained.blend.logits["linear"]["test"]
    assert np.ptp(linear) > 1.0
    for name, tolerance in (("savedmodel", 1e-5), ("onnx", 1e-5), ("onnx-int8", 0.02)):
        logits = run_rows(load_engine(name, path), prepared.encoded["test"].ids)["logits"]
        np.testing.assert_allclose(logits, trained.logits["test"], rtol=0, atol=tolerance)


def test_a_process_without_keras_gives_the_same_logits(
    run: tuple[Prepared, Trained, Path, Manifest], tmp_path: Path
) -> None:
    prepared, trained, path, _ = run
    ids, lengths = pad(prepared.encoded["test"].ids)
    question, answer = tmp_path / "given.json", tmp_path / "answers.npz"
    texts = list(prepared.dataset.parts["test"].texts)
    given = {"texts": texts, "ids": ids.tolist(), "lengths": lengths.tolist()}
    question.write_text(json.dumps(given))
    command = [sys.executable, "-I", SCRIPT, path, question, answer, "without-keras"]
    subprocess.run(list(map(str, command)), cwd=tmp_path, check=True, capture_output=True)
    found = np.load(answer)
    np.testing.assert_allclose(found["logits"], trained.logits["test"], rtol=0, atol=1e-5)
    labels = [prepared.labels[best] for best in trained.logits["test"].argmax(axis=1)]
    assert found["label"].tolist() == labels


def test_the_layer_gives_what_was_fitted(run: tuple[Prepared, Trained, Path, Manifest]) -> None:
    prepared, trained, _, _ = run
    side = prepared.wide
    assert side is not None
    assert trained.blend is not None
    sums = side.ngrams.matrix(prepared.encoded["test"].ids) @ side.weights + side.bias
    linear = trained.blend.logits["linear"]["test"]
    np.testing.assert_allclose(linear, np.concatenate([-sums, sums], axis=1) / 2, rtol=0, atol=1e-5)


def test_manifest_tells_what_each_side_does(run: tuple[Prepared, Trained, Path, Manifest]) -> None:
    prepared, trained, _, manifest = run
    facts = manifest.training["wide"]
    assert manifest.test is not None
    assert set(facts["accuracy"]) == {"dev", "test"}
    assert facts["accuracy"]["test"]["blend"] == manifest.test.metrics["accuracy"].value
    assert facts["accuracy"]["dev"]["blend"] == manifest.dev.metrics["accuracy"].value
    assert facts["accuracy"]["test"]["linear"] == 1.0
    recurrent = np.mean(trained.blend.logits["recurrent"]["test"].argmax(axis=1) == prepared.targets["test"])  # type: ignore[union-attr]
    assert facts["accuracy"]["test"]["recurrent"] == recurrent
    assert set(facts["scales"]) == {"recurrent", "linear"}
    assert 0.0 <= facts["linear_share"] <= 1.0
    for row in manifest.robustness:
        assert set(row.accuracy) == {"network", "baseline", "recurrent", "linear"}
    page = (run[2] / "report" / "index.html").read_text()
    assert 'id="sides"' in page


def test_a_saved_model_can_be_gone_on_from(
    run: tuple[Prepared, Trained, Path, Manifest], config_file: Path
) -> None:
    _, trained, path, _ = run
    config = load_config(config_file, (*WIDE, "training.learning_rate=1e-9"))
    prepared = prepare(config, PlainReporter(), open_previous(path, config))
    again = train_network(prepared, 3, PlainReporter())
    assert again.blend is not None
    assert trained.blend is not None
    before, after = (each.blend.logits["recurrent"]["test"] for each in (trained, again))  # type: ignore[union-attr]
    np.testing.assert_allclose(after, before, atol=1e-4)
    assert len(again.model.trainable_weights) == len(recurrent_side(again.model).trainable_weights)


def test_without_a_wide_side_nothing_is_said_of_it(config_file: Path) -> None:
    prepared = prepare(load_config(config_file, WIDE[2:]), PlainReporter())
    assert prepared.wide is None
    assert train_network(prepared, 3, PlainReporter()).blend is None
