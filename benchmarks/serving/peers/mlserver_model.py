"""The model behind MLServer, as a runtime of its own: texts in, labels out."""

import os
from pathlib import Path

from mlserver import MLModel
from mlserver.codecs import StringCodec
from mlserver.types import InferenceRequest, InferenceResponse

from models.runtime.predictor import open_predictor


class Reviews(MLModel):
    """One BYTES input of texts to one BYTES output of labels."""

    async def load(self) -> bool:
        """Opens the saved model."""
        self._predictor = open_predictor(Path(os.environ["BENCHMARK_ARTIFACT"]), "onnx")
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """The label of each text."""
        texts = StringCodec.decode_input(payload.inputs[0])
        labels = self._predictor.manifest.labels
        found = [labels[prediction.answer.best] for prediction in self._predictor.predict(texts)]
        return InferenceResponse(model_name=self.name, outputs=[StringCodec.encode_output("label", found)])
