"""The service with the ONNX engines: the answers of the SavedModel without TensorFlow, or a refusal."""

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.runtime.checksum import sealed
from models.runtime.predictor import open_predictor
from tests.service.process import Service

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

WORDS = ["a", "wonderful", "dull", "film", "not", "the", "worst", "好", "story", "8/10"]
TEXTS = ["", " ", "这部电影很好看", "\ud800 lone", "word " * 3000] + [
    " ".join(WORDS[(7 * i + j * j) % len(WORDS)] for j in range(i % 60 + 1)) for i in range(95)
]
LABELS = ("negative", "positive")


@pytest.fixture(scope="module")
def expected(tiny_artifact: Path) -> np.ndarray:
    """The probabilities by the SavedModel."""
    return np.array([each.answer.probabilities for each in open_predictor(tiny_artifact).predict(TEXTS)])


def ask(service: Service, text: str) -> list[float]:
    status, body = service.ask("POST", "/predict", {"text": text})
    assert status == 200, body
    return [body["predictions"][0]["probabilities"][label] for label in LABELS]


def has_tensorflow(service: Service) -> bool:
    """Whether any of its processes has loaded TensorFlow."""
    pids = [service.process.pid, *service.workers()]
    return any("tensorflow" in Path(f"/proc/{pid}/maps").read_text() for pid in pids)


@pytest.mark.parametrize(("engine", "tolerance"), [("onnx", 1e-4), ("onnx-int8", 0.02)])
def test_the_service_answers_as_the_savedmodel_without_tensorflow(
    tiny_artifact: Path, expected: np.ndarray, engine: str, tolerance: float
) -> None:
    with Service(tiny_artifact.parent.parent, "service", ENGINE=engine) as service:
        service.wait_until_ready()
        with ThreadPoolExecutor(16) as pool:
            alone = list(pool.map(lambda text: ask(service, text), TEXTS))
        status, body = service.ask("POST", "/predict", {"texts": TEXTS})
        assert status == 200
        together = [[each["probabilities"][label] for label in LABELS] for each in body["predictions"]]
        for found in (np.array(alone), np.array(together)):
            np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)
            sure = np.abs(expected[:, 0] - 0.5) > tolerance
            np.testing.assert_array_equal(found.argmax(axis=1)[sure], expected.argmax(axis=1)[sure])
        assert not has_tensorflow(service)
        assert service.stop() == 0


def without_int8(artifact: Path) -> None:
    """As if it had been trained with ``output.onnx = true``."""
    (artifact / "model.int8.onnx").unlink()
    manifest = json.loads((artifact / "manifest.json").read_bytes())
    del manifest["files"]["model.int8.onnx"], manifest["engines"]["onnx-int8"]
    for example in manifest["golden"]:
        del example["outputs"]["onnx-int8"]
    (artifact / "manifest.json").write_text(json.dumps(sealed(manifest)))


def cut_off(artifact: Path) -> None:
    path = artifact / "model.int8.onnx"
    path.write_bytes(path.read_bytes()[:-10])


def refusal(service: Service) -> str:
    """Why the only version was refused, once it was."""
    service.wait_for("version_refused", count=2)
    assert service.ask("GET", "/readyz")[0] == 503
    assert service.ask("POST", "/predict", {"text": "a"})[0] == 503
    (status,) = service.ask("GET", "/v1/models/tiny/versions/1")[1]["model_version_status"]
    assert status["state"] == "END"
    assert not has_tensorflow(service), "another engine was chosen silently"
    return str(status["status"]["error_message"])


@pytest.mark.parametrize(
    ("damage", "said"),
    [(without_int8, "has no model.int8.onnx, which the engine 'onnx-int8' needs"), (cut_off, "bytes")],
)
def test_an_engine_that_cannot_serve_is_refused_and_no_other_one_chosen(
    own_artifact: Path, damage: Callable[[Path], Any], said: str
) -> None:
    damage(own_artifact)
    with Service(own_artifact.parent.parent, "service", ENGINE="onnx-int8") as service:
        assert said in refusal(service)


def test_a_missing_runtime_is_the_reason_of_the_refusal(
    tiny_artifact: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('hidden')")
    shutil.copytree(tiny_artifact, tmp_path / "served" / "tiny" / "1")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Service(tmp_path / "served", "service", ENGINE="onnx") as service:
        assert "need the package onnxruntime, which is not installed" in refusal(service)
