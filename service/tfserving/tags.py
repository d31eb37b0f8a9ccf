"""The outputs of a tagging or joint model's ``serving_default``, a value a text."""

from collections.abc import Sequence
from typing import Any

from models.runtime.manifest import Manifest
from models.runtime.prediction import Prediction
from models.runtime.tagging import TaggedPrediction


def tag_columns(predictions: Sequence[Prediction], manifest: Manifest) -> dict[str, list[Any]]:
    """Tokens, tags and confidences, padded to the longest text as the graph pads them; intents."""
    tagged = [prediction for prediction in predictions if isinstance(prediction, TaggedPrediction)]
    time = max(1, *(len(prediction.tags) for prediction in tagged))
    columns: dict[str, list[Any]] = {
        "tags": [_padded(prediction.tags, time, "") for prediction in tagged],
        "tokens": [_padded(prediction.forms, time, "") for prediction in tagged],
        "confidence": [_padded(prediction.confidences, time, 0.0) for prediction in tagged],
    }
    if manifest.task == "joint":
        columns["intent"] = [manifest.labels[prediction.answer.best] for prediction in tagged]
        columns["intent_confidence"] = [prediction.answer.confidence for prediction in tagged]
    return columns


def _padded(values: Sequence[Any], time: int, padding: Any) -> list[Any]:
    return [*values, *[padding] * (time - len(values))]
