"""The model behind BentoML, with the adaptive batching it has for ``batchable`` calls."""

import os
from pathlib import Path

import bentoml

from models.runtime.predictor import open_predictor


@bentoml.service(workers=int(os.environ["BENCHMARK_WORKERS"]))
class Reviews:
    """Texts to labels; BentoML joins the lists of concurrent requests."""

    def __init__(self) -> None:
        self._predictor = open_predictor(Path(os.environ["BENCHMARK_ARTIFACT"]), "onnx")

    @bentoml.api(batchable=True, max_batch_size=64)
    def predict(self, texts: list[str]) -> list[dict[str, str | float]]:
        """The label and confidence of each text."""
        labels = self._predictor.manifest.labels
        answers = [prediction.answer for prediction in self._predictor.predict(texts)]
        return [{"label": labels[answer.best], "confidence": answer.confidence} for answer in answers]
