"""``:classify`` and ``:regress``: examples of named features in, scores back."""

from typing import Any

from models.runtime.manifest import Manifest
from service.errors import InvalidRequestError
from service.handlers import Handlers, Trace
from service.schemas import TfServingExamples
from service.tfserving.asked import Asked
from service.tfserving.signatures import CLASSIFY, INPUT, METHODS, REGRESS, signature_names
from service.tfserving.values import filled, read_text

# In the messages of TensorFlow Serving.
_KINDS = {CLASSIFY: "classification", REGRESS: "regression"}


def classify(handlers: Handlers, asked: Asked, request: TfServingExamples, trace: Trace) -> dict[str, Any]:
    """Answers ``:classify``: for each example a list of ``[label, probability]``, in the order of the labels.

    Raises:
        RequestError: the request cannot be answered.
    """
    manifest, rows = _ask(handlers, asked, request, trace, CLASSIFY)
    return {"results": [[list(pair) for pair in zip(manifest.labels, row, strict=True)] for row in rows]}


def regress(handlers: Handlers, asked: Asked, request: TfServingExamples, trace: Trace) -> dict[str, Any]:
    """Answers ``:regress``: for each example the probability of the second of two labels.

    Raises:
        RequestError: the request cannot be answered; the model has not two labels of which one applies.
    """
    _, rows = _ask(handlers, asked, request, trace, REGRESS)
    return {"results": [row[1] for row in rows]}


def _ask(
    handlers: Handlers, asked: Asked, request: TfServingExamples, trace: Trace, method: str
) -> tuple[Manifest, list[list[float]]]:
    texts = read_examples(request)
    name = request.signature_name or method
    loaded, predictions = asked.answer(
        handlers, texts, trace, lambda manifest: _check_signature(manifest, name, method)
    )
    return loaded.predictor.manifest, [prediction.answer.probabilities for prediction in predictions]


def read_examples(request: TfServingExamples) -> list[str]:
    """The feature ``text`` of each example, or of the context where it is common to all.

    Raises:
        InvalidRequestError: an example has no such feature, or twice.
    """
    context = request.context or {}
    texts = []
    for example in filled(request.examples, "examples"):
        if not isinstance(example, dict):
            raise InvalidRequestError("Example must be a JSON object")
        for name in example:
            if name in context:
                raise InvalidRequestError(f"feature {name!r} is in both, the context and an example")
        features = context | example
        if INPUT not in features:
            raise InvalidRequestError(f"an example has no feature {INPUT!r}")
        texts.append(_only_value(features[INPUT]))
    return texts


def _only_value(value: Any) -> str:
    if isinstance(value, list):
        if len(value) != 1:
            raise InvalidRequestError(f"feature {INPUT!r} must have one value, not {len(value)}")
        (value,) = value
    return read_text(value)


def _check_signature(manifest: Manifest, name: str, method: str) -> None:
    if name not in signature_names(manifest):
        raise InvalidRequestError(f"No signature was found with the name: {name}")
    if METHODS[name] != METHODS[method]:
        raise InvalidRequestError(
            f"Expected {_KINDS[method]} signature method_name to be {METHODS[method]}. Was: {METHODS[name]}"
        )
