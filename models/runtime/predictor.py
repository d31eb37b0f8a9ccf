"""A saved model ready to answer: text in, prediction out. Command line and service use this one class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.runtime.artifact import Artifact, open_artifact, verify_files
from models.runtime.decoding import Answer, decode
from models.runtime.engines.base import Engine, Outputs
from models.runtime.engines.load import load_engine
from models.runtime.golden import check_golden
from models.runtime.manifest import Manifest
from models.runtime.run import run_rows
from models.text.plain import Encoded, Encoder


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model answers to one text.

    ``tokens`` counts the text before truncation; ``unknown_tokens`` are the read tokens that training did not
    know.
    """

    answer: Answer
    tokens: int
    unknown_tokens: tuple[str, ...]
    truncated: bool


class Predictor:
    """One saved model on one engine. Thread-safe."""

    def __init__(self, artifact: Artifact, engine: Engine) -> None:
        self.artifact = artifact
        self.engine = engine
        self.encoder = Encoder(artifact.manifest.text, artifact.vocabulary)

    @property
    def manifest(self) -> Manifest:
        """What the model says of itself."""
        return self.artifact.manifest

    def encode(self, text: str) -> Encoded:
        """Token ids and facts of one text."""
        return self.encoder.encode(text)

    def run(self, encoded: Sequence[Encoded]) -> Outputs:
        """Raw outputs of the network; row i belongs to ``encoded[i]``."""
        return run_rows(self.engine, [row.ids for row in encoded])

    def decode(self, encoded: Encoded, outputs: Mapping[str, npt.NDArray[np.float32]]) -> Prediction:
        """The prediction of one text from its row of ``run``'s outputs."""
        manifest = self.manifest
        answer = decode(
            manifest.task, manifest.labels, manifest.calibration, outputs["logits"], tokens=encoded.tokens
        )
        return Prediction(answer, encoded.tokens, encoded.unknown, encoded.truncated)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction a text, in order."""
        encoded = [self.encode(text) for text in texts]
        outputs = self.run(encoded)
        return [
            self.decode(row, {name: values[i] for name, values in outputs.items()})
            for i, row in enumerate(encoded)
        ]


def open_predictor(path: Path, engine: str = "savedmodel") -> Predictor:
    """Opens a saved model, checks its hashes, loads the engine and asks the golden examples again.

    Raises:
        ArtifactNotFoundError: nothing is saved there.
        ArtifactError: a file has changed, the engine cannot load it, or it answers otherwise than when saved.
    """
    artifact = open_artifact(path)
    verify_files(artifact)
    predictor = Predictor(artifact, load_engine(engine, path))
    check_golden(artifact, predictor.encoder, predictor.engine)
    return predictor


def prediction_as_dict(prediction: Prediction, manifest: Manifest, top: int | None = None) -> dict[str, Any]:
    """The JSON form of a prediction: the same from the command line and over HTTP.

    Args:
        top: how many labels to list under ``probabilities``, most probable first; None lists all.
    """
    answer = prediction.answer
    order = np.argsort(-answer.probabilities, kind="stable")[:top]
    body: dict[str, Any] = {
        "label": manifest.labels[answer.best],
        "confidence": answer.confidence,
        "margin": answer.margin,
        "abstained": answer.abstained,
    }
    if manifest.task == "multilabel":
        body["labels"] = [{"label": score.label, "confidence": score.confidence} for score in answer.labels]
    body["probabilities"] = {manifest.labels[i]: float(answer.probabilities[i]) for i in order}
    body["tokens"] = prediction.tokens
    body["unknown_tokens"] = list(prediction.unknown_tokens)
    body["truncated"] = prediction.truncated
    return body
