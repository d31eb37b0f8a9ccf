"""A saved model ready to answer: text in, prediction out. Command line and service use this one class."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import ArtifactError
from models.runtime.artifact import Artifact, open_artifact, verify_files
from models.runtime.decoding import decode
from models.runtime.engines.base import Engine
from models.runtime.engines.load import load_engine
from models.runtime.golden import check_golden
from models.runtime.manifest import TAGGING, Manifest
from models.runtime.prediction import Prediction as Prediction
from models.runtime.run import run_rows
from models.runtime.tagging import TaggedPrediction, tagged_as_dict
from models.text.plain import Encoded, Encoder


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

    def answer(self, encoded: Sequence[Encoded]) -> list[Prediction]:
        """One prediction a row, in order.

        Raises:
            ArtifactError: the engine fails, or answers values that are not finite.
        """
        if not encoded:
            return []
        manifest = self.manifest
        logits = run_rows(self.engine, [row.ids for row in encoded])["logits"]
        if len(logits) != len(encoded) or not np.isfinite(logits).all():
            raise ArtifactError(
                f"{self.artifact.path}: the engine {self.engine.name!r} answered {len(logits)} rows to "
                f"{len(encoded)} texts, or values that are not finite."
            )
        tokens = [row.tokens for row in encoded]
        answers = decode(manifest.task, manifest.labels, manifest.calibration, logits, tokens)
        return [
            Prediction(answer, row.tokens, row.unknown, row.truncated)
            for answer, row in zip(answers, encoded, strict=True)
        ]

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction a text, in order."""
        return self.answer([self.encode(text) for text in texts])


def open_predictor(path: Path, engine: str = "savedmodel") -> Predictor:
    """Opens a saved model, checks its hashes, loads the engine and asks the golden examples again.

    Raises:
        ArtifactNotFoundError: nothing is saved there.
        ArtifactError: a file has changed, the engine cannot load it, or it answers otherwise than when saved.
    """
    artifact = open_artifact(path)
    verify_files(artifact)
    if artifact.manifest.task in TAGGING:
        # It builds upon this module.
        from models.runtime.tagger import open_tagger

        return open_tagger(artifact, load_engine(engine, path))
    predictor = Predictor(artifact, load_engine(engine, path))
    check_golden(artifact, predictor.encoder, predictor.engine)
    return predictor


def prediction_as_dict(prediction: Prediction, manifest: Manifest, top: int | None = None) -> dict[str, Any]:
    """The JSON form of a prediction: the same from the command line and over HTTP.

    Args:
        top: how many labels to list under ``probabilities``, most probable first; None lists all.
    """
    if isinstance(prediction, TaggedPrediction):
        return tagged_as_dict(prediction, manifest.labels)
    answer = prediction.answer
    body: dict[str, Any] = {
        "label": manifest.labels[answer.best],
        "confidence": answer.confidence,
        "margin": answer.margin,
        "abstained": answer.abstained,
    }
    if manifest.task == "multilabel":
        body["labels"] = [{"label": score.label, "confidence": score.confidence} for score in answer.labels]
    listed = answer.best_first[:top]
    body["probabilities"] = {manifest.labels[i]: answer.probabilities[i] for i in listed}
    body["tokens"] = prediction.tokens
    body["unknown_tokens"] = list(prediction.unknown_tokens)
    body["truncated"] = prediction.truncated
    return body
