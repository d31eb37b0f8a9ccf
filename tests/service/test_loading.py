"""What a version has done before it is served."""

from pathlib import Path

import pytest

from models.runtime.manifest import GoldenExample
from service.loading import open_warm, warm_up
from tests.service.fakes import FakeEngine, make_predictor

GOLDEN = [GoldenExample(text=text, ids=[], outputs={}) for text in ("good film", "", "a bad film is bad")]


def test_every_size_is_run_once_before_the_first_request() -> None:
    """tensorflow/serving#385: what is traced or allocated lazily must not be paid for by a request."""
    engine = FakeEngine()
    predictor = make_predictor(engine, golden=GOLDEN)
    warm_up(predictor, max_batch=8)
    rows, widths = zip(*engine.calls, strict=True)
    assert {1, 8} <= set(rows)
    assert min(widths) == 1
    assert max(widths) == predictor.manifest.text.max_length


def test_a_version_is_warm_when_it_is_handed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    engine = FakeEngine()
    predictor = make_predictor(engine, golden=GOLDEN)
    monkeypatch.setattr("service.loading.open_predictor", lambda path, name: predictor)
    assert open_warm(tmp_path, "savedmodel", 4) is predictor
    assert engine.calls


def test_onnx_starts_without_a_warm_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It keeps nothing between calls, and the golden examples have run when it is opened."""
    engine = FakeEngine()
    monkeypatch.setattr("service.loading.open_predictor", lambda path, name: make_predictor(engine))
    open_warm(tmp_path, "onnx", 4)
    assert engine.calls == []
