from typing import Any

import keras
import numpy as np
import pytest

from models.networks.build import build_network
from models.networks.ensemble import ensemble
from models.networks.registry import PARTS
from models.networks.spec import NetworkSpec
from models.networks.tagger import build_tagger
from models.networks.tagger_spec import TaggerSpec
from training.gradients import gradient_by_distance

TEXTS = [np.arange(2, 2 + length, dtype=np.int32) for length in (5, 6, 6, 7)]


def network(seed: int = 1, **fields: Any) -> keras.Model:
    sizes: dict[str, Any] = {
        "vocabulary_size": 20,
        "embedding_size": 4,
        "units": 4,
        "context_units": 2,
        "window": 2,
    }
    return build_network(NetworkSpec(classes=2, **{**sizes, **fields}), seed)


def test_of_a_linear_network_it_is_the_power_of_the_recurrent_weight() -> None:
    model = network(cell="irnn", units=1, bidirectional=False)
    kernel, recurrent, bias = model.get_layer("forward_1").weights
    kernel.assign(np.ones((4, 1)))
    recurrent.assign([[0.5]])
    bias.assign([100.0])
    norms = gradient_by_distance(model, 1, TEXTS)
    np.testing.assert_allclose(norms, 2.0 * 0.5 ** np.arange(6), rtol=1e-5)


def test_a_window_sees_nothing_beyond_it() -> None:
    norms = gradient_by_distance(network(cell="feedforward"), 1, TEXTS)
    assert [norm > 0 for norm in norms] == [True, True, False, False, False, False]


@pytest.mark.parametrize("cell", PARTS["cell"])
def test_every_cell_and_input_has_them(cell: str) -> None:
    for read_as in PARTS["input"]:
        norms = gradient_by_distance(network(cell=cell, input=read_as, layers=2), 2, TEXTS)
        assert len(norms) == 6
        assert np.isfinite(norms).all()
        assert norms[0] > 0


def test_an_ensemble_shows_its_first_network_and_no_text_shows_nothing() -> None:
    models = [network(seed) for seed in (1, 2)]
    expected = gradient_by_distance(models[0], 1, TEXTS)
    assert gradient_by_distance(ensemble(models, (1.0, 1.0)), 1, TEXTS) == expected
    assert gradient_by_distance(models[0], 1, [np.zeros(0, np.int32)]) == []


@pytest.mark.parametrize("characters", [None, "cnn"])
def test_a_network_of_tags_has_them_too(characters: Any) -> None:
    sizes: dict[str, Any] = {"vocabulary_size": 20, "classes": 5, "types": 1, "embedding_size": 4, "units": 5}
    sizes |= {"character_vocabulary": 7, "character_length": 6, "character_size": 3, "character_units": 4}
    spec = TaggerSpec(**sizes, characters=characters)
    found = None if characters is None else [np.ones((len(ids), 1 + spec.width), np.int32) for ids in TEXTS]
    norms = gradient_by_distance(build_tagger(spec, 1), 1, TEXTS, found)
    assert len(norms) == 6
    assert min(norms) > 0
