"""A tagging network: shapes, padding, saving, and the same from ONNX."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnxruntime
import pytest

from models.networks.registry import PARTS
from models.networks.tagger import build_tagger
from models.networks.tagger_spec import TaggerSpec
from models.networks.weights import tagger_weights
from models.onnx.tagger import build_onnx_tagger

LENGTHS = np.array([5, 0, 1, 7], np.int32)
CHARACTERS = [
    {},
    {"capitalisation": True},
    {"characters": "cnn", "capitalisation": True},
    {"characters": "lstm"},
    {"input": "one-hot"},
    {"input": "one-hot", "characters": "cnn"},
    {"input": "one-hot", "characters": "lstm", "capitalisation": True},
]


def spec(**fields: Any) -> TaggerSpec:
    sizes: dict[str, Any] = {"vocabulary_size": 11, "classes": 9, "types": 2, "embedding_size": 4, "units": 5}
    sizes |= {"character_vocabulary": 7, "character_length": 6, "character_size": 3, "character_units": 4}
    return TaggerSpec(**(sizes | fields))


def network(made: TaggerSpec) -> keras.Model:
    """With weights so large that everything counts."""
    model = build_tagger(made, seed=1)
    random = np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign(random.normal(0, 0.7, variable.shape))
    return model


def batch(made: TaggerSpec, time: int = 8) -> dict[str, np.ndarray[Any, Any]]:
    """Random numbers, also where padding is."""
    random = np.random.default_rng(2)
    inputs = {"ids": random.integers(0, 11, (4, time)).astype(np.int32), "lengths": LENGTHS}
    if made.reads_characters:
        characters = random.integers(1, 7, (4, time, 1 + made.width)).astype(np.int32)
        counts = random.integers(0, made.width + 1, (4, time, 1))
        characters[:, :, 1:] *= np.arange(made.width) < counts
        characters[:, :, 0] %= 5
        inputs["characters"] = characters
    return inputs


def within(outputs: Any) -> dict[str, np.ndarray[Any, Any]]:
    """The outputs that mean something."""
    found = {name: np.asarray(values) for name, values in outputs.items()}
    found["emissions"] = np.concatenate([found["emissions"][i, :n] for i, n in enumerate(LENGTHS)])
    return found


SHAPES: list[dict[str, Any]] = [
    *({**fields, "intents": 3, "pooling": "max+mean"} for fields in CHARACTERS),
    *({**fields, "crf": False, "layers": 2} for fields in CHARACTERS),
    *({"cell": cell, "units": 8, "intents": 2} for cell in PARTS["cell"]),
]


@pytest.mark.parametrize("fields", SHAPES)
def test_onnx_gives_the_same(fields: dict[str, Any]) -> None:
    made = spec(**fields)
    model, inputs = network(made), batch(made)
    expected = within(model(inputs, training=False))
    session = onnxruntime.InferenceSession(
        build_onnx_tagger(tagger_weights(model, made)).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = [value.name for value in session.get_outputs()]
    found = within(dict(zip(names, session.run(names, inputs), strict=True)))
    assert set(names) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=0, atol=2e-5)


@pytest.mark.parametrize("fields", CHARACTERS)
def test_what_stands_behind_a_row_changes_nothing(fields: dict[str, Any]) -> None:
    made = spec(intents=2, **fields)
    model, inputs = network(made), batch(made)
    other = {name: values.copy() for name, values in inputs.items()}
    for row, length in enumerate(LENGTHS):
        for name in set(inputs) - {"lengths"}:
            other[name][row, length:] = 1
    for name, values in within(model(inputs, training=False)).items():
        np.testing.assert_allclose(within(model(other, training=False))[name], values, atol=1e-6)


def test_the_characters_count() -> None:
    made = spec(characters="cnn")
    model, inputs = network(made), batch(made)
    before = within(model(inputs, training=False))["emissions"]
    inputs["characters"] = inputs["characters"][:, :, ::-1].copy()
    assert not np.allclose(within(model(inputs, training=False))["emissions"], before)


LOAD = """
import sys
from pathlib import Path
import keras, numpy as np
import models.networks
for path in Path(sys.argv[1]).glob("*.keras"):
    inputs = dict(np.load(path.with_suffix(".npz")))
    outputs = keras.saving.load_model(path, compile=False)(inputs, training=False)
    np.savez(path.with_suffix(".out.npz"), **{name: np.asarray(values) for name, values in outputs.items()})
"""


def test_a_saved_network_answers_the_same_in_a_new_process(tmp_path: Path) -> None:
    """One that has imported nothing but ``models.networks``: contract of the saved model."""
    expected = {}
    for number, fields in enumerate(CHARACTERS):
        made = spec(intents=2, crf=number != 1, **fields)
        model, inputs = network(made), batch(made)
        model.save(tmp_path / f"{number}.keras")
        np.savez(tmp_path / f"{number}.npz", **inputs)
        expected[number] = within(model(inputs, training=False))
    command = [sys.executable, "-c", LOAD, str(tmp_path)]
    done = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for number, outputs in expected.items():
        found = within(np.load(tmp_path / f"{number}.out.npz"))
        assert set(found) == set(outputs)
        for name, values in outputs.items():
            np.testing.assert_allclose(found[name], values, rtol=0, atol=1e-6)


def test_the_same_seed_gives_the_same_network() -> None:
    first, second = (build_tagger(spec(characters="lstm", intents=2), seed=4) for _ in range(2))
    for one, other in zip(first.trainable_variables, second.trainable_variables, strict=True):
        np.testing.assert_array_equal(np.asarray(one.value), np.asarray(other.value))
