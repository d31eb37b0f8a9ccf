import json
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType
from typing import get_args

import pytest

from models.errors import ConfigError
from models.networks import registry
from models.networks.inputs.characters import READERS
from models.networks.registry import PARTS, find, names, resolve
from models.runtime.manifest import Task
from training.config import ModelConfig

SNAPSHOT = Path(__file__).with_name("registry.json")


def snapshot() -> dict[str, list[str]]:
    known: dict[str, list[str]] = json.loads(SNAPSHOT.read_text())
    return known


def test_no_part_disappears_unnoticed() -> None:
    parts = {kind: sorted(parts) for kind, parts in PARTS.items()}
    found = parts | {"task": sorted(get_args(Task)), "characters": sorted(READERS)}
    assert found == {name: known for name, known in snapshot().items() if name != "saved"}


def test_no_layer_loses_the_name_it_is_saved_under() -> None:
    """The chain over tags, poolings and cells: a saved network names them, and cannot be loaded without."""
    code = "import json, keras, models.networks;print(json.dumps(sorted(keras.saving.get_custom_objects())))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == snapshot()["saved"]
    assert "engram>Transitions" in snapshot()["saved"]


def test_the_config_offers_every_reader_of_characters() -> None:
    (choices, _) = get_args(ModelConfig.model_fields["characters"].annotation)
    assert sorted(get_args(choices)) == sorted(READERS)


def test_names_carry_no_version() -> None:
    cells = [
        "clockwork",
        "feedforward",
        "gru",
        "irnn",
        "jordan",
        "lstm",
        "peephole_lstm",
        "scrn",
        "simple_rnn",
    ]
    assert names("cell") == cells
    assert names("pooling") == ["attention", "last", "max", "max+mean", "mean"]


def test_a_name_stands_for_its_newest_version(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = object(), object()
    cells = MappingProxyType({"lstm.v9": old, "lstm.v10": new, "gru.v1": old})
    monkeypatch.setattr(registry, "PARTS", {"cell": cells})
    assert resolve("cell", "lstm") == "lstm.v10"
    assert find("cell", "lstm") is new
    assert find("cell", "lstm.v9") is old


def test_unknown_name_is_told_the_nearest_and_all_names() -> None:
    with pytest.raises(ConfigError) as caught:
        find("cell", "lstn")
    assert str(caught.value) == (
        'model.cell = "lstn" is not known; did you mean "lstm"? allowed: "clockwork", "feedforward", "gru", '
        '"irnn", "jordan", "lstm", "peephole_lstm", "scrn", "simple_rnn"'
    )


def test_name_like_no_other_is_told_all_names() -> None:
    with pytest.raises(ConfigError) as caught:
        find("head", "transformer")
    assert str(caught.value) == 'model.head = "transformer" is not known; allowed: "sigmoid", "softmax"'


def test_unknown_version_is_refused() -> None:
    with pytest.raises(ConfigError, match=r'"lstm\.v7" is not known; did you mean "lstm\.v1"'):
        find("cell", "lstm.v7")
