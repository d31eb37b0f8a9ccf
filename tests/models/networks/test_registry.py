import json
from pathlib import Path
from types import MappingProxyType
from typing import get_args

import pytest

from models.errors import ConfigError
from models.networks import registry
from models.networks.registry import PARTS, find, names, resolve
from models.runtime.manifest import Task

SNAPSHOT = Path(__file__).with_name("registry.json")


def test_no_part_disappears_unnoticed() -> None:
    parts = {kind: sorted(parts) for kind, parts in PARTS.items()}
    assert parts | {"task": sorted(get_args(Task))} == json.loads(SNAPSHOT.read_text())


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
