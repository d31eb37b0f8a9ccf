"""``:predict``: rows or columns of texts in, rows or columns of outputs back."""

from collections.abc import Sequence
from typing import Any

from models.runtime.manifest import TAGGING, Manifest
from models.runtime.predictor import Prediction
from service.errors import InvalidRequestError
from service.handlers import Handlers, Trace
from service.schemas import TfServingRequest
from service.tfserving.asked import Asked
from service.tfserving.signatures import INPUT, SERVING_DEFAULT
from service.tfserving.tags import tag_columns
from service.tfserving.values import filled, read_text


def predict(handlers: Handlers, asked: Asked, request: TfServingRequest, trace: Trace) -> dict[str, Any]:
    """Answers ``:predict``: ``predictions`` (rows) to ``instances``, ``outputs`` (columns) to ``inputs``.

    Raises:
        RequestError: the request cannot be answered.
    """
    texts, by_row = read_texts(request)
    loaded, predictions = asked.answer(handlers, texts, trace)
    columns = _columns(predictions, loaded.predictor.manifest)
    if by_row:
        return {"predictions": _rows(columns, len(texts))}
    # TensorFlow Serving leaves the name out where a signature has one output.
    return {"outputs": columns if len(columns) > 1 else next(iter(columns.values()))}


def read_texts(request: TfServingRequest) -> tuple[list[str], bool]:
    """The texts of a predict request, and whether they came as rows.

    Raises:
        InvalidRequestError: it is not a request for one input of strings.
    """
    if request.signature_name not in (None, "", SERVING_DEFAULT):
        raise InvalidRequestError(
            f'Serving signature name: "{request.signature_name}" not found in signature def'
        )
    if request.instances is not None and request.inputs is not None:
        raise InvalidRequestError("give either 'instances' or 'inputs', not both")
    if request.instances is not None:
        values = filled(request.instances, "instances")
        return [read_text(value[INPUT] if _is_named(value) else value) for value in values], True
    if request.inputs is None:
        raise InvalidRequestError("Missing 'inputs' or 'instances' key")
    values = request.inputs[INPUT] if _is_named(request.inputs) else request.inputs
    if not isinstance(values, list):
        raise InvalidRequestError(f"'inputs' must be a list of texts or {{\"{INPUT}\": list of texts}}")
    return [read_text(value) for value in filled(values, "inputs")], False


def _columns(predictions: Sequence[Prediction], manifest: Manifest) -> dict[str, list[Any]]:
    """The outputs of ``serving_default``, each with a value a text."""
    if manifest.task in TAGGING:
        return tag_columns(predictions, manifest)
    answers = [prediction.answer for prediction in predictions]
    columns: dict[str, list[Any]] = {"probabilities": [answer.probabilities for answer in answers]}
    if manifest.task == "classification":
        columns["label"] = [manifest.labels[answer.best] for answer in answers]
        columns["confidence"] = [answer.confidence for answer in answers]
    return columns


def _rows(columns: dict[str, list[Any]], count: int) -> list[Any]:
    if len(columns) == 1:
        return next(iter(columns.values()))
    return [{name: values[i] for name, values in columns.items()} for i in range(count)]


def _is_named(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {INPUT}
