"""``assets.extra/tf_serving_warmup_requests``: requests that TensorFlow Serving plays before it says ready.

A TFRecord file of ``PredictionLog`` messages (tensorflow_serving/apis/prediction_log.proto). Only the few
fields used here are written: the ``tensorflow-serving-api`` package would bring a second TensorFlow.
"""

from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

# Field numbers of prediction_log.proto, predict.proto and model.proto.
PREDICT_LOG, REQUEST = 6, 1
MODEL_SPEC, INPUTS = 1, 2
SPEC_NAME, SPEC_SIGNATURE = 1, 3
MAP_KEY, MAP_VALUE = 1, 2


def write_warmup(folder: Path, name: str, batches: Sequence[Sequence[str]]) -> None:
    """Writes one ``serving_default`` request a batch of texts into the artifact ``folder``."""
    path = folder / "assets.extra" / "tf_serving_warmup_requests"
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for texts in batches:
            writer.write(_prediction_log(name, texts))


def _prediction_log(name: str, texts: Sequence[str]) -> bytes:
    content = [text.encode("utf-8") for text in texts]
    tensor = tf.make_tensor_proto(content, dtype=tf.string, shape=[len(texts)])
    spec = _field(SPEC_NAME, name.encode()) + _field(SPEC_SIGNATURE, b"serving_default")
    entry = _field(MAP_KEY, b"text") + _field(MAP_VALUE, tensor.SerializeToString())
    request = _field(MODEL_SPEC, spec) + _field(INPUTS, entry)
    return _field(PREDICT_LOG, _field(REQUEST, request))


def _field(number: int, content: bytes) -> bytes:
    """A length-delimited field of the protocol buffer wire format."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
