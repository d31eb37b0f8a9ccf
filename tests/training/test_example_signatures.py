"""The signatures that take serialised ``tf.Example``, as stock TensorFlow Serving calls them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from models.runtime.predictor import open_predictor
from service.tfserving.signatures import METHODS, signature_defs, signature_names
from training.example_signatures import example_signatures

TEXTS = ["a gripping story", "", "dull 好 🙂"]


def example(**features: bytes | list[bytes]) -> bytes:
    values = {
        name: tf.train.Feature(
            bytes_list=tf.train.BytesList(value=value if isinstance(value, list) else [value])
        )
        for name, value in features.items()
    }
    return tf.train.Example(features=tf.train.Features(feature=values)).SerializeToString()


@pytest.fixture(scope="module")
def saved(tiny_artifact: Path) -> Any:
    return tf.saved_model.load(str(tiny_artifact))


@pytest.fixture(scope="module")
def definitions(tiny_artifact: Path) -> Any:
    message = saved_model_pb2.SavedModel()
    message.ParseFromString((tiny_artifact / "saved_model.pb").read_bytes())
    found = message.meta_graphs[0].signature_def
    return {name: found[name] for name in found if name != "__saved_model_init_op"}


def test_examples_are_answered_as_their_texts_are(saved: Any) -> None:
    examples = tf.constant([example(text=text.encode(), other=b"x") for text in TEXTS])
    expected = saved.signatures["serving_default"](text=tf.constant(TEXTS))["probabilities"].numpy()
    found = saved.signatures["classify"](inputs=examples)
    np.testing.assert_allclose(found["scores"].numpy(), expected, atol=1e-7)
    assert found["classes"].numpy().tolist() == [[b"negative", b"positive"]] * 3
    outputs = saved.signatures["regress"](inputs=examples)["outputs"]
    np.testing.assert_allclose(outputs.numpy(), expected[:, 1], atol=1e-7)


@pytest.mark.parametrize("wrong", [example(other=b"x"), example(text=[b"a", b"b"])])
def test_an_example_without_exactly_one_text_is_refused(saved: Any, wrong: bytes) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError):
        saved.signatures["classify"](inputs=tf.constant([wrong]))


def test_each_signature_names_the_method_that_may_call_it(definitions: Any) -> None:
    assert {name: found.method_name for name, found in definitions.items()} == METHODS


def test_the_service_describes_the_signatures_as_they_are_in_the_file(
    definitions: Any, tiny_artifact: Path
) -> None:
    manifest = open_predictor(tiny_artifact).manifest
    assert signature_names(manifest) == sorted(definitions)
    for name, described in signature_defs(manifest).items():
        for part, tensors in (("inputs", definitions[name].inputs), ("outputs", definitions[name].outputs)):
            assert described[part] == {
                key: {
                    "dtype": f"DT_{tf.dtypes.as_dtype(info.dtype).name.upper().replace('FLOAT32', 'FLOAT')}",
                    "tensor_shape": {
                        "dim": [{"size": str(dim.size), "name": ""} for dim in info.tensor_shape.dim],
                        "unknown_rank": False,
                    },
                    "name": info.name,
                }
                for key, info in tensors.items()
            }


@pytest.mark.parametrize(
    ("labels", "task", "expected"),
    [
        (["a", "b"], "classification", {"classify", "regress"}),
        (["a", "b", "c"], "classification", {"classify"}),
        (["a", "b"], "multilabel", {"classify"}),
    ],
)
def test_only_one_of_two_labels_is_a_number(labels: list[str], task: Any, expected: set[str]) -> None:
    assert set(example_signatures(lambda texts: texts, labels, task)) == expected


def test_a_session_answers_by_the_names_of_the_tensors(tiny_artifact: Path, saved: Any) -> None:
    """As TensorFlow Serving does it: initialised once, then fed and fetched by name."""
    examples = [example(text=text.encode()) for text in TEXTS]
    expected = saved.signatures["serving_default"](text=tf.constant(TEXTS))["probabilities"].numpy()
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        graph = tf.compat.v1.saved_model.load(session, ["serve"], str(tiny_artifact))
        classify, regress = graph.signature_def["classify"], graph.signature_def["regress"]
        feed = {classify.inputs["inputs"].name: examples}
        classes, scores = session.run(
            [classify.outputs["classes"].name, classify.outputs["scores"].name], feed
        )
        (numbers,) = session.run([regress.outputs["outputs"].name], {regress.inputs["inputs"].name: examples})
    assert classes.tolist() == [[b"negative", b"positive"]] * len(TEXTS)
    np.testing.assert_allclose(scores, expected, atol=1e-6)
    np.testing.assert_allclose(numbers, expected[:, 1], atol=1e-6)
