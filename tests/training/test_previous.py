import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from models.errors import ArtifactError, ConfigError
from models.runtime.artifact import open_artifact
from models.runtime.checksum import sealed
from models.runtime.engines.savedmodel import SavedModelEngine
from models.runtime.padding import pad
from training.config import Config
from training.config_file import load_config
from training.previous import Previous, open_previous

TINY = Path(__file__).resolve().parents[2] / "examples" / "tiny.toml"


def config(*overrides: str) -> Config:
    return load_config(TINY, overrides)


@pytest.fixture(scope="module")
def previous(tiny_artifact: Path) -> Previous:
    return open_previous(tiny_artifact, config())


def test_the_network_is_the_saved_one(previous: Previous, tiny_artifact: Path) -> None:
    ids, lengths = pad([[3, 9, 4], [5], []])
    logits = previous.load_model()({"ids": ids, "lengths": lengths}, training=False)
    expected = SavedModelEngine(tiny_artifact).run(ids, lengths)["logits"]
    np.testing.assert_allclose(np.asarray(logits), expected, atol=1e-5)
    assert np.ptp(expected) > 1e-3


def test_rule_vocabulary_and_weights_are_known_by_name(previous: Previous) -> None:
    manifest = previous.artifact.manifest
    assert previous.rule == manifest.text
    assert len(previous.vocabulary) == manifest.vocabulary_size
    assert previous.reference == "tiny/1"
    assert previous.fingerprint == manifest.files["model.keras"].sha256


def test_how_it_learns_and_what_from_may_differ(tiny_artifact: Path) -> None:
    changed = config(
        "training.epochs=99", "training.optimizer='sgd'", "seed=9", "data.dev=0.3", "name='other'"
    )
    assert open_previous(tiny_artifact, changed).reference == "tiny/1"


def test_keys_that_came_after_a_model_was_saved_have_their_defaults(
    tiny_artifact: Path, tmp_path: Path
) -> None:
    old = tmp_path / "tiny" / "1"
    shutil.copytree(tiny_artifact, old)
    manifest = json.loads((old / "manifest.json").read_text())
    del manifest["config"]["model"]["vectors"]
    (old / "manifest.json").write_text(json.dumps(sealed(manifest)))
    assert open_previous(old, config()).reference == "tiny/1"
    with pytest.raises(ConfigError, match=r"model\.vectors = 'word2vec', saved with None"):
        open_previous(old, config("model.vectors=word2vec"))


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("model.units=13", "model.units = 13, saved with 12"),
        ("model.cell='gru'", "model.cell = 'gru', saved with 'lstm'"),
        ("text.max_length=41", "text.max_length = 41, saved with 40"),
        ("text.lowercase=false", "text.lowercase = False, saved with True"),
        ("text.vocabulary_size=301", "text.vocabulary_size = 301, saved with 300"),
        ("task='multilabel'", "task = 'multilabel', saved with 'classification'"),
    ],
)
def test_a_config_that_asks_for_another_network_is_refused(
    tiny_artifact: Path, override: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        open_previous(tiny_artifact, config(override))
    assert said in str(caught.value)
    assert str(caught.value).count("saved with") == 1, "only what differs is named"


def test_new_labels_are_refused_and_missing_ones_are_not(previous: Previous) -> None:
    assert previous.check_labels(("positive",)) == ("negative", "positive")
    with pytest.raises(
        ConfigError, match="cannot learn the label 'neutral': its labels are negative, positive"
    ):
        previous.check_labels(("negative", "neutral", "positive"))


def test_a_damaged_model_is_refused(own_artifact: Path) -> None:
    path = own_artifact / "model.keras"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ArtifactError, match=r"model\.keras has"):
        open_previous(own_artifact, config())
    with pytest.raises(ArtifactError, match=r"model\.keras cannot be loaded"):
        Previous(open_artifact(own_artifact)).load_model()
