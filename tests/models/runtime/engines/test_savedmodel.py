import shutil
import threading
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.errors import ArtifactError, ConfigError
from models.runtime.engines.load import load_engine
from models.runtime.engines.savedmodel import SavedModelEngine

IDS = np.array([[5, 9, 3, 0], [2, 4, 8, 7]], np.int32)
LENGTHS = np.array([3, 4], np.int32)


@pytest.fixture(scope="module")
def engine(tiny_artifact: Path) -> SavedModelEngine:
    return SavedModelEngine(tiny_artifact)


def test_raw_outputs_have_the_name_and_shape_of_the_contract(engine: SavedModelEngine) -> None:
    outputs = engine.run(IDS, LENGTHS)
    assert list(outputs) == ["logits"]
    assert outputs["logits"].shape == (2, 2)
    assert outputs["logits"].dtype == np.float32
    assert not np.allclose(outputs["logits"][0], outputs["logits"][1])


def test_what_stands_behind_a_row_s_length_is_not_read(engine: SavedModelEngine) -> None:
    other = IDS.copy()
    other[0, 3] = 6
    np.testing.assert_array_equal(engine.run(IDS, LENGTHS)["logits"], engine.run(other, LENGTHS)["logits"])


def test_a_row_of_length_zero_has_finite_outputs(engine: SavedModelEngine) -> None:
    outputs = engine.run(np.zeros((1, 1), np.int32), np.zeros(1, np.int32))
    assert np.isfinite(outputs["logits"]).all()


def test_a_saved_model_is_opened_by_tensorflow_and_called_as_a_function(
    tiny_artifact: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No Keras model is loaded (tensorflow/tensorflow#69307), so none can be slow or grow by its ``predict``
    (tensorflow/tensorflow#40261, keras-team/keras#13118)."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("Keras was asked")

    monkeypatch.setattr(keras.Model, "predict", refuse)
    monkeypatch.setattr(keras.Model, "__call__", refuse)
    monkeypatch.setattr(keras.saving, "load_model", refuse)
    opened: list[str] = []
    load = tf.saved_model.load
    monkeypatch.setattr(tf.saved_model, "load", lambda path: opened.append(path) or load(path))
    engine = SavedModelEngine(tiny_artifact)
    assert engine.run(IDS, LENGTHS)["logits"].shape == (2, 2)
    assert opened == [str(tiny_artifact)]
    assert not hasattr(engine._loaded, "predict")


def test_nothing_is_traced_again_for_a_new_shape(engine: SavedModelEngine) -> None:
    """tensorflow/tensorflow#34025: the signature is one graph for batches of every size and length."""
    declared = engine._signature.structured_input_signature[1]
    assert {name: spec.shape.as_list() for name, spec in declared.items()} == {
        "ids": [None, None],
        "lengths": [None],
    }
    for batch, time in ((1, 1), (3, 7), (65, 40)):
        outputs = engine.run(np.ones((batch, time), np.int32), np.full(batch, time, np.int32))
        assert outputs["logits"].shape == (batch, 2)


def test_threads_may_share_an_engine(engine: SavedModelEngine) -> None:
    """keras-team/keras#5640: a model loaded in one thread and asked in another failed under older graphs."""
    expected = engine.run(IDS, LENGTHS)["logits"]
    wrong: list[np.ndarray] = []

    def ask() -> None:
        for _ in range(20):
            found = engine.run(IDS, LENGTHS)["logits"]
            if not np.array_equal(found, expected):
                wrong.append(found)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_folder_without_a_saved_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="cannot be loaded"):
        SavedModelEngine(tmp_path)


def test_a_saved_model_without_variables_or_ids_is_refused(own_artifact: Path, tmp_path: Path) -> None:
    shutil.rmtree(own_artifact / "variables")
    with pytest.raises(ArtifactError, match="cannot be loaded"):
        SavedModelEngine(own_artifact)
    tf.saved_model.save(tf.Module(), str(tmp_path / "empty"))
    with pytest.raises(ArtifactError, match="ids"):
        SavedModelEngine(tmp_path / "empty")


def test_an_engine_is_chosen_by_name(tiny_artifact: Path) -> None:
    assert load_engine("savedmodel", tiny_artifact).name == "savedmodel"
    with pytest.raises(ConfigError, match=r"There is no engine 'keras'; allowed: .*savedmodel"):
        load_engine("keras", tiny_artifact)
