"""Warm-up records, read with message types declared here from TensorFlow Serving's public .proto files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from tensorflow.core.framework import tensor_pb2

from models.text.plain import make_valid
from training.warmup import write_warmup

Field = descriptor_pb2.FieldDescriptorProto
RECORDS = Path("assets.extra") / "tf_serving_warmup_requests"


def message(file: Any, message_name: str, /, **fields: tuple[int, str | None]) -> Any:
    """Declares a message of string fields (no type given) and of fields of other messages."""
    declared = file.message_type.add(name=message_name)
    for field, (number, type_name) in fields.items():
        kind = Field.TYPE_MESSAGE if type_name else Field.TYPE_STRING
        declared.field.add(
            name=field, number=number, type=kind, type_name=type_name, label=Field.LABEL_OPTIONAL
        )
    return declared


@pytest.fixture(scope="module")
def prediction_log() -> Any:
    """``tensorflow.serving.PredictionLog``, of prediction_log.proto, predict.proto and model.proto."""
    file = descriptor_pb2.FileDescriptorProto(
        name="warmup_test.proto",
        package="warmup_test",
        syntax="proto3",
        dependency=[tensor_pb2.DESCRIPTOR.name],
    )
    message(file, "ModelSpec", name=(1, None), signature_name=(3, None))
    request = message(
        file,
        "PredictRequest",
        model_spec=(1, ".warmup_test.ModelSpec"),
        inputs=(2, ".warmup_test.PredictRequest.InputsEntry"),
    )
    request.field[1].label = Field.LABEL_REPEATED
    entry = request.nested_type.add(name="InputsEntry")
    entry.field.add(name="key", number=1, type=Field.TYPE_STRING, label=Field.LABEL_OPTIONAL)
    entry.field.add(
        name="value",
        number=2,
        type=Field.TYPE_MESSAGE,
        type_name=".tensorflow.TensorProto",
        label=Field.LABEL_OPTIONAL,
    )
    entry.options.map_entry = True
    message(file, "PredictLog", request=(1, ".warmup_test.PredictRequest"))
    message(file, "PredictionLog", predict_log=(6, ".warmup_test.PredictLog"))
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("warmup_test.PredictionLog"))


def requests(folder: Path, prediction_log: Any) -> Iterator[Any]:
    for record in tf.data.TFRecordDataset(str(folder / RECORDS)):
        log = prediction_log.FromString(record.numpy())
        again = log.SerializeToString(deterministic=True)
        log.DiscardUnknownFields()
        assert log.SerializeToString(deterministic=True) == again, (
            "a field that the declaration does not know"
        )
        yield log.predict_log.request


def test_the_records_of_an_artifact_are_requests_that_it_answers(
    tiny_artifact: Path, prediction_log: Any
) -> None:
    serve = tf.saved_model.load(str(tiny_artifact)).signatures["serving_default"]
    sizes = []
    for request in requests(tiny_artifact, prediction_log):
        assert request.model_spec.name == "tiny"
        assert request.model_spec.signature_name == "serving_default"
        assert list(request.inputs) == ["text"]
        texts = tf.constant(tf.make_ndarray(request.inputs["text"]))
        assert texts.dtype == tf.string
        probabilities = serve(text=texts)["probabilities"].numpy()
        assert probabilities.shape == (len(texts), 2)
        sizes.append(len(texts))
    assert sizes == [1, 8, 32]


def test_any_text_of_any_length_comes_back(tmp_path: Path, prediction_log: Any) -> None:
    batches = [["", "\x00", "这家酒店 🙂"], ["x" * 300_000], [make_valid("\ud800")] * 2]
    write_warmup(tmp_path, "a-name", batches)
    found = [
        [text.decode() for text in tf.make_ndarray(request.inputs["text"])]
        for request in requests(tmp_path, prediction_log)
    ]
    assert found == [["", "\x00", "这家酒店 🙂"], ["x" * 300_000], ["\ufffd"] * 2]
