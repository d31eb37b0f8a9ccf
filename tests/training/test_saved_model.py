"""The SavedModel in a process of its own, and what stands in the file."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from models.runtime.decoding import softmax
from models.runtime.padding import pad
from models.runtime.predictor import Predictor, open_predictor
from models.text.plain import Encoded
from training.previous import Previous
from training.step import NetworkSteps

SCRIPT = Path(__file__).parent / "scripts" / "open_saved_model.py"
PIECES = [
    *("the story", "acting", "camera work", "seemed dull to me", "GRIPPING", "8/10", "don’t", "It’s"),
    *(
        "\u00ad",
        "gri\u00adpping",
        "\u200b",
        "\x00",
        "a\x00b",
        "\r\n",
        "\u3000",
        "\t",
        "<br />",
        "<b>warm</b>",
    ),
    *(
        "ｆｕｌｌ－ｗｉｄｔｈ　９",
        "这家酒店太差了",
        "𠀀𪚥",
        "مرحبا بالعالم",
        "مُذْهِل",
        "🙂",
        "👍🏽",
        "👩‍👩‍👧",
        "é",
        "e\u0301",
        "ß",
        "İ",
    ),
    *("\ufffd", "\uffff", "\U0010ffff", "'", '"', "\\", "…", "--", "%s", "{}"),
]


def raw_texts() -> list[str]:
    """100 texts of all kinds: some chosen, the others mixed by a fixed seed."""
    chooser = random.Random(20)
    mixed = [
        "".join(
            chooser.choice(PIECES) + chooser.choice(["", " ", " "]) for _ in range(chooser.randrange(1, 60))
        )
        for _ in range(93)
    ]
    return ["", " ", "\x00", "the story is gripping " * 2273, "dull" * 12_500, *mixed, "\u00ad", "🙂"]


def answers_elsewhere(artifact: Path, given: Mapping[str, Any], folder: Path, *flags: str) -> dict[str, Any]:
    question, answer = folder / "given.json", folder / "answers.npz"
    question.write_text(json.dumps(given), encoding="utf-8")
    command = [sys.executable, "-I", str(SCRIPT), str(artifact), str(question), str(answer), *flags]
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    done = subprocess.run(
        command, cwd=folder, env=os.environ | quiet, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with np.load(answer) as file:
        return dict(file)


@dataclass(frozen=True)
class Questions:
    """Texts with the trainer's own answers: its network, on one row at a time, with no padding or batch."""

    predictor: Predictor
    texts: list[str]
    rows: list[Encoded]
    logits: np.ndarray
    probabilities: np.ndarray


@pytest.fixture(scope="module")
def asked(tiny_artifact: Path) -> Questions:
    predictor, texts = open_predictor(tiny_artifact), raw_texts()
    steps = NetworkSteps(Previous(predictor.artifact).load_model(), None, "classification")
    rows = [predictor.encode(text) for text in texts]
    logits = np.concatenate([steps.logits(*pad([row.ids])) for row in rows])
    temperature = predictor.manifest.calibration.temperature
    return Questions(predictor, texts, rows, logits, softmax(logits / temperature))


def test_the_texts_are_of_all_kinds_and_answered_differently(asked: Questions) -> None:
    assert len(asked.texts) == 100
    assert max(map(len, asked.texts)) >= 50_000
    assert np.ptp(asked.probabilities[:, 0]) > 0.3
    assert len(np.unique(asked.probabilities[:, 0])) > 80


@pytest.mark.parametrize("flags", [(), ("without-keras",)], ids=["with keras", "without keras"])
def test_a_new_process_gives_the_trainer_s_own_probabilities(
    tiny_artifact: Path, asked: Questions, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    """From raw text, with nothing of Engram and once without Keras.

    The text rule and the vocabulary are in the file (tensorflow/tensorflow#41016, keras-team/keras#3010,
    tensorflow/tensorflow#61369), its table is initialised (tensorflow/serving#1731), and it does not matter
    how far a batch is padded (keras-team/keras#20898).
    """
    ids, lengths = pad([row.ids for row in asked.rows])
    given = {"texts": asked.texts, "ids": ids.tolist(), "lengths": lengths.tolist()}
    found = answers_elsewhere(tiny_artifact, given, tmp_path, *flags)
    labels = asked.predictor.manifest.labels
    np.testing.assert_allclose(found["logits"], asked.logits, atol=1e-5)
    np.testing.assert_allclose(found["probabilities"], asked.probabilities, atol=1e-5)
    np.testing.assert_allclose(found["confidence"], asked.probabilities.max(axis=1), atol=1e-5)
    assert found["label"].tolist() == [labels[best] for best in asked.probabilities.argmax(axis=1)]
    assert found["outputs"].tolist() == ["confidence", "label", "probabilities", "logits"]


def test_the_predictor_gives_the_trainer_s_own_probabilities(asked: Questions) -> None:
    answers = [prediction.answer for prediction in asked.predictor.predict(asked.texts)]
    np.testing.assert_allclose([answer.probabilities for answer in answers], asked.probabilities, atol=1e-5)


@pytest.fixture(scope="module")
def saved(tiny_artifact: Path) -> Any:
    message = saved_model_pb2.SavedModel()
    message.ParseFromString((tiny_artifact / "saved_model.pb").read_bytes())
    assert len(message.meta_graphs) == 1
    return message.meta_graphs[0]


def foreign_ops(graph: Any) -> set[str]:
    """Ops, at any depth, that are not TensorFlow's own.

    ``tf.raw_ops`` is made when TensorFlow is built: an op that another library registers later is not in it.
    """
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    functions = {function.signature.name for function in graph.library.function}
    return {node.op for node in nodes if not hasattr(tf.raw_ops, node.op)} - functions


def test_the_graph_holds_core_tensorflow_ops_only(saved: Any) -> None:
    assert len(saved.graph_def.library.function) > 2
    assert foreign_ops(saved.graph_def) == set()
    kinds = {node.op for function in saved.graph_def.library.function for node in function.node_def}
    assert "PyFunc" not in kinds
    assert "EagerPyFunc" not in kinds


def test_an_op_of_another_library_would_be_found(saved: Any) -> None:
    graph = type(saved.graph_def)()
    graph.CopyFrom(saved.graph_def)
    graph.library.function[0].node_def.add().op = "RegexSplitWithOffsets"  # of tensorflow_text
    assert foreign_ops(graph) == {"RegexSplitWithOffsets"}


def test_no_keras_object_stands_in_the_file(saved: Any, tiny_artifact: Path) -> None:
    objects = [
        node.user_object.identifier for node in saved.object_graph_def.nodes if node.HasField("user_object")
    ]
    assert objects
    assert not [identifier for identifier in objects if "keras" in identifier.lower()]
    assert b"_tf_keras" not in (tiny_artifact / "saved_model.pb").read_bytes()
    assert not (tiny_artifact / "keras_metadata.pb").exists()


def described(tensors: Mapping[str, Any]) -> dict[str, tuple[str, list[int]]]:
    return {
        name: (tf.dtypes.as_dtype(info.dtype).name, [dim.size for dim in info.tensor_shape.dim])
        for name, info in tensors.items()
    }


def test_names_types_and_shapes_of_the_signatures_are_pinned(saved: Any) -> None:
    """keras-team/keras#19458: clients rely on them."""
    signatures = {
        name: (described(signature.inputs), described(signature.outputs))
        for name, signature in saved.signature_def.items()
        if name != "__saved_model_init_op"
    }
    assert signatures == {
        "serving_default": (
            {"text": ("string", [-1])},
            {
                "probabilities": ("float32", [-1, 2]),
                "label": ("string", [-1]),
                "confidence": ("float32", [-1]),
            },
        ),
        "ids": (
            {"ids": ("int32", [-1, -1]), "lengths": ("int32", [-1])},
            {"logits": ("float32", [-1, 2])},
        ),
        "classify": (
            {"inputs": ("string", [-1])},
            {"classes": ("string", [-1, 2]), "scores": ("float32", [-1, 2])},
        ),
        "regress": ({"inputs": ("string", [-1])}, {"outputs": ("float32", [-1])}),
    }
    assert list(saved.meta_info_def.tags) == ["serve"]


def test_the_only_assets_are_inside_the_graph(saved: Any) -> None:
    """A vocabulary file that gets lost on the way (tensorflow/tensorflow#61369) cannot: there is none."""
    assert list(saved.asset_file_def) == []
    known = {value for tensor in _constants(saved.graph_def) for value in tensor.string_val}
    assert b"story" in known


def _constants(graph: Any) -> Iterable[Any]:
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    return (node.attr["value"].tensor for node in nodes if node.op == "Const")
