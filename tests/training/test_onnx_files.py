"""The ONNX files of a run: written with the model, held against it, or nothing is saved."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import ConfigError
from models.runtime.artifact import open_artifact
from models.runtime.manifest import Manifest
from models.runtime.predictor import open_predictor
from training import onnx_files
from training.onnx_files import check_onnx_size

QUICK = ("--set", "training.epochs=1")
TEXTS = ["row 1 was good, really", "", "row 2 was bad indeed", "unknown words only"]


def test_a_run_writes_checks_and_remembers_both_files(engram: Callable[..., Any], config_file: Path) -> None:
    done = engram("train", config_file, *QUICK, "--set", "output.onnx=int8")
    assert done.code == 0, done.err
    path = Path(done.out.strip())
    manifest = open_artifact(path).manifest

    assert {"model.onnx", "model.int8.onnx"} <= set(manifest.files)
    exact, small = manifest.engines["onnx"], manifest.engines["onnx-int8"]
    assert exact.texts == small.texts == len(manifest.golden) + manifest.data.rows["dev"]
    assert 0 < exact.max_difference < 1e-5 < small.max_difference < 0.05
    assert exact.accuracy_change is None
    assert small.accuracy_change is not None
    answers = {
        name: np.array([p.answer.probabilities for p in open_predictor(path, name).predict(TEXTS)])
        for name in ("savedmodel", "onnx", "onnx-int8")
    }
    np.testing.assert_allclose(answers["onnx"], answers["savedmodel"], rtol=0, atol=1e-5)
    np.testing.assert_allclose(answers["onnx-int8"], answers["savedmodel"], rtol=0, atol=1e-2)
    assert set(manifest.golden[0].outputs) == set(answers)


def test_a_file_that_answers_differently_saves_nothing_and_the_run_can_be_resumed_without_it(
    engram: Callable[..., Any], config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = onnx_files.build_onnx

    def wrong(network: Any, **options: Any) -> Any:
        network.head.weights["bias"][0] += 1e-3
        return right(network, **options)

    monkeypatch.setattr(onnx_files, "build_onnx", wrong)
    done = engram("train", config_file, *QUICK)
    assert (done.code, done.out) == (1, "")
    assert "model.onnx answers 0.001 away from the SavedModel" in done.err
    assert [path.name for path in (config_file.parent / "artifacts" / "small").iterdir()] == []

    done = engram("train", config_file, *QUICK, "--resume", "--set", "output.onnx=false")
    assert done.code == 0, done.err
    assert "epoch 1:" not in done.err
    manifest = open_artifact(Path(done.out.strip())).manifest
    assert (manifest.version, manifest.engines) == (1, {})
    assert not [name for name in manifest.files if name.endswith(".onnx")]
    assert set(manifest.golden[0].outputs) == {"savedmodel"}


def test_a_network_too_large_for_a_file_is_refused() -> None:
    check_onnx_size(500_000_000)
    with pytest.raises(ConfigError, match=r"540,000,000 parameters .* output\.onnx = false"):
        check_onnx_size(540_000_000)


def test_a_manifest_from_before_the_engines_were_checked_is_read(tiny_artifact: Path) -> None:
    manifest = open_artifact(tiny_artifact).manifest
    assert manifest.engines["onnx"].max_difference < 1e-4
    older = Manifest.model_validate(manifest.model_dump(exclude={"engines"}))
    assert older.engines == {}
