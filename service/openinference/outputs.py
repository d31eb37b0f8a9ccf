"""What a model gives, as tensors: how far to trust an answer is among them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from models.runtime.manifest import Manifest
from models.runtime.predictor import Prediction, prediction_as_dict
from service.body import dump_json
from service.openinference.tensors import Tensor

Read = Callable[[Prediction, Manifest], Any]


@dataclass(frozen=True, slots=True)
class _Output:
    datatype: str
    read: Read
    by_label: bool = False


def _label(prediction: Prediction, manifest: Manifest) -> str:
    return manifest.labels[prediction.answer.best]


def _applies(prediction: Prediction, manifest: Manifest) -> list[bool]:
    found = {score.label for score in prediction.answer.labels}
    return [label in found for label in manifest.labels]


def _as_json(prediction: Prediction, manifest: Manifest) -> str:
    return dump_json(prediction_as_dict(prediction, manifest)).decode()


def _entities(prediction: Prediction, manifest: Manifest) -> str:
    return dump_json(prediction_as_dict(prediction, manifest)["entities"]).decode()


_COMMON: dict[str, _Output] = {
    "tokens": _Output("INT32", lambda prediction, _: prediction.tokens),
    "unknown_tokens": _Output("INT32", lambda prediction, _: len(prediction.unknown_tokens)),
    "truncated": _Output("BOOL", lambda prediction, _: prediction.truncated),
}
_SURE: dict[str, _Output] = {
    "probabilities": _Output("FP32", lambda prediction, _: prediction.answer.probabilities, by_label=True),
    "label": _Output("BYTES", _label),
    "confidence": _Output("FP32", lambda prediction, _: prediction.answer.confidence),
    "margin": _Output("FP32", lambda prediction, _: prediction.answer.margin),
    "abstained": _Output("BOOL", lambda prediction, _: prediction.answer.abstained),
}
# How many entities a text has is not known before: each text's stand in one JSON list, as /predict gives it.
_TAGS: dict[str, _Output] = {"entities": _Output("BYTES", _entities)}
_INTENT: dict[str, _Output] = {
    "intent": _Output("BYTES", _label),
    "intent_confidence": _Output("FP32", lambda prediction, _: prediction.answer.confidence),
    "abstained": _SURE["abstained"],
}
_BY_TASK: dict[str, dict[str, _Output]] = {
    "classification": _SURE | _COMMON,
    "multilabel": _SURE | {"applies": _Output("BOOL", _applies, by_label=True)} | _COMMON,
    "tagging": _TAGS | _COMMON,
    "joint": _INTENT | _TAGS | _COMMON,
}
# Answers of other tasks have no fixed shape: the prediction as /predict gives it.
_OTHER = {"prediction": _Output("BYTES", _as_json)} | _COMMON


def output_metadata(manifest: Manifest) -> list[dict[str, Any]]:
    """Name, type and shape of each output."""
    return [
        {"name": name, "datatype": output.datatype, "shape": [-1, *_width(output, manifest)]}
        for name, output in _outputs(manifest).items()
    ]


def output_names(manifest: Manifest) -> list[str]:
    """Names of the outputs."""
    return list(_outputs(manifest))


def output_tensor(name: str, predictions: Sequence[Prediction], manifest: Manifest) -> Tensor:
    """One output, a row a text."""
    output = _outputs(manifest)[name]
    values = [output.read(prediction, manifest) for prediction in predictions]
    return Tensor(name, output.datatype, (len(values), *_width(output, manifest)), values)


def values_by_label(names: Sequence[str], manifest: Manifest) -> int:
    """How many values of a text these outputs have together, of those with one a label."""
    outputs = _outputs(manifest)
    return sum(len(manifest.labels) for name in names if outputs[name].by_label)


def _outputs(manifest: Manifest) -> dict[str, _Output]:
    return _BY_TASK.get(manifest.task, _OTHER)


def _width(output: _Output, manifest: Manifest) -> tuple[int, ...]:
    return (len(manifest.labels),) if output.by_label else ()
