"""TensorFlow Serving's REST API in plain values: its requests read, its replies built. Knows no Flask."""

import base64
import binascii
import time
from collections.abc import Sequence
from typing import Any

from models.runtime.manifest import Manifest
from models.runtime.predictor import Prediction
from service.errors import (
    InvalidRequestError,
    LabelNotFoundError,
    ModelNotFoundError,
    ModelUnavailableError,
    VersionNotFoundError,
)
from service.handlers import Handlers, Trace
from service.repository import VersionStatus
from service.schemas import TfServingRequest

SIGNATURE = "serving_default"
INPUT = "text"


def predict(
    handlers: Handlers,
    name: str,
    version: int | None,
    label: str | None,
    request: TfServingRequest,
    trace: Trace,
) -> dict[str, Any]:
    """Answers ``:predict``: ``predictions`` (rows) to ``instances``, ``outputs`` (columns) to ``inputs``.

    Raises:
        RequestError: the request cannot be answered.
    """
    if label is not None:
        raise LabelNotFoundError(f"Unrecognized servable version label: {label}")
    texts, by_row = read_texts(request)
    deadline = time.monotonic() + handlers.settings.timeout_s
    wanted = f"Latest({name})" if version is None else f"Specific({name}, {version})"
    try:
        with handlers.repository.use(name, version) as loaded:
            predictions = handlers.ask(loaded, texts, deadline, trace)
            columns = _columns(predictions, loaded.predictor.manifest)
    except (ModelNotFoundError, VersionNotFoundError, ModelUnavailableError) as error:
        raise type(error)(f"Servable not found for request: {wanted}") from error
    if by_row:
        return {"predictions": _rows(columns, len(texts))}
    # TensorFlow Serving leaves the name out where a signature has one output.
    return {"outputs": columns if len(columns) > 1 else next(iter(columns.values()))}


def read_texts(request: TfServingRequest) -> tuple[list[str], bool]:
    """The texts of a predict request, and whether they came as rows.

    Raises:
        InvalidRequestError: it is not a request for one input of strings.
    """
    if request.signature_name not in (None, "", SIGNATURE):
        raise InvalidRequestError(
            f'Serving signature name: "{request.signature_name}" not found in signature def'
        )
    if request.instances is not None and request.inputs is not None:
        raise InvalidRequestError("give either 'instances' or 'inputs', not both")
    if request.instances is not None:
        values = _filled(request.instances, "instances")
        return [_text(value[INPUT] if _is_named(value) else value) for value in values], True
    if request.inputs is None:
        raise InvalidRequestError("Missing 'inputs' or 'instances' key")
    values = request.inputs[INPUT] if _is_named(request.inputs) else request.inputs
    if not isinstance(values, list):
        raise InvalidRequestError(f"'inputs' must be a list of texts or {{\"{INPUT}\": list of texts}}")
    return [_text(value) for value in _filled(values, "inputs")], False


def status_reply(statuses: Sequence[VersionStatus]) -> dict[str, Any]:
    """Answers a status request; ``statuses`` newest first."""
    return {"model_version_status": [status_as_dict(status) for status in statuses]}


def status_as_dict(status: VersionStatus) -> dict[str, Any]:
    """One version's status. A version is a string here, as it is in TensorFlow Serving."""
    return {
        "version": str(status.version),
        "state": status.state,
        "status": {
            # The data is there, but is not what it should be.
            "error_code": "DATA_LOSS" if status.error_message else "OK",
            "error_message": status.error_message,
        },
    }


def model_status(handlers: Handlers, name: str, version: int | None, label: str | None) -> dict[str, Any]:
    """Answers ``GET /v1/models/NAME[/versions/N]``.

    Raises:
        RequestError: there is no such model, version or label.
    """
    if label is not None:
        raise LabelNotFoundError(f"Unrecognized servable version label: {label}")
    statuses = handlers.versions(name, version)
    if not statuses and version is None:
        raise ModelNotFoundError(f"Could not find any versions of model {name}")
    if not statuses:
        raise VersionNotFoundError(f"Could not find version {version} of model {name}")
    return status_reply(statuses)


def metadata(handlers: Handlers, name: str, version: int | None, label: str | None) -> dict[str, Any]:
    """Answers ``.../metadata`` with the signature that ``:predict`` serves.

    Raises:
        RequestError: there is no such model, version or label.
    """
    if label is not None:
        raise LabelNotFoundError(f"Unrecognized servable version label: {label}")
    wanted = f"Latest({name})" if version is None else f"Specific({name}, {version})"
    try:
        with handlers.repository.use(name, version) as loaded:
            manifest, served = loaded.predictor.manifest, loaded.version
    except (ModelNotFoundError, VersionNotFoundError, ModelUnavailableError) as error:
        raise type(error)(f"Servable not found for request: {wanted}") from error
    signature = {
        "inputs": {INPUT: _tensor("DT_STRING", "serving_default_text:0", -1)},
        "outputs": _output_tensors(manifest),
        "method_name": "tensorflow/serving/predict",
        "defaults": {},
    }
    return {
        "model_spec": {"name": name, "signature_name": "", "version": str(served)},
        "metadata": {"signature_def": {"signature_def": {SIGNATURE: signature}}},
    }


def _columns(predictions: Sequence[Prediction], manifest: Manifest) -> dict[str, list[Any]]:
    """The outputs of ``serving_default``, each with a value a text."""
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


def _output_tensors(manifest: Manifest) -> dict[str, Any]:
    # The second signature exported (after "ids"); its outputs are numbered in the order of their names.
    outputs: dict[str, tuple[str, tuple[int, ...]]] = {
        "probabilities": ("DT_FLOAT", (-1, len(manifest.labels)))
    }
    if manifest.task == "classification":
        outputs |= {"confidence": ("DT_FLOAT", (-1,)), "label": ("DT_STRING", (-1,))}
    return {
        name: _tensor(dtype, f"StatefulPartitionedCall_1:{index}", *shape)
        for index, (name, (dtype, shape)) in enumerate(sorted(outputs.items()))
    }


def _tensor(dtype: str, name: str, *shape: int) -> dict[str, Any]:
    dimensions = [{"size": str(size), "name": ""} for size in shape]
    return {"dtype": dtype, "tensor_shape": {"dim": dimensions, "unknown_rank": False}, "name": name}


def _is_named(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {INPUT}


def _filled(values: list[Any], key: str) -> list[Any]:
    if not values:
        raise InvalidRequestError(f"No values in '{key}' array")
    return values


def _text(value: Any) -> str:
    """A string as it is, or the UTF-8 of ``{"b64": ...}``."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and set(value) == {"b64"} and isinstance(value["b64"], str):
        try:
            return base64.b64decode(value["b64"], validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError, ValueError) as error:
            raise InvalidRequestError("a 'b64' value must be the base64 of UTF-8 text") from error
    raise InvalidRequestError(
        f'a text must be a string or {{"b64": base64 of UTF-8 text}}, not {_kind(value)}'
    )


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "that")
