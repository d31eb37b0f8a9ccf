"""Plain Flask applications that serve the model as hand-written services do, and one that does nothing."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from service.peers import Peers
from service.settings import Settings


def noop_app(settings: Settings, peers: Peers) -> WSGIApplication:
    """Parses JSON and answers JSON: what Flask and gunicorn cost alone."""
    from flask import request

    return _plain("noop", lambda: {"characters": len(request.get_json()["text"])})


def signature_app(settings: Settings, peers: Peers) -> WSGIApplication:
    """Calls the exported signature once a request."""
    import tensorflow as tf
    from flask import request

    model = tf.saved_model.load(os.environ["BENCHMARK_ARTIFACT"])

    def answer() -> dict[str, object]:
        out = model.signatures["serving_default"](text=tf.constant([request.get_json()["text"]]))
        return {"label": out["label"].numpy()[0].decode(), "confidence": float(out["confidence"].numpy()[0])}

    return _plain("signature", answer)


def predict_app(settings: Settings, peers: Peers) -> WSGIApplication:
    """Calls ``model.predict`` once a request."""
    import keras
    import numpy as np
    from flask import request

    import models.networks  # noqa: F401  (its layers must be known before the model is loaded)
    from models.runtime.artifact import open_artifact
    from models.runtime.padding import pad
    from models.text.plain import Encoder

    folder = Path(os.environ["BENCHMARK_ARTIFACT"])
    artifact = open_artifact(folder)
    encoder = Encoder(artifact.manifest.text, artifact.vocabulary)
    model = keras.saving.load_model(folder / "model.keras", compile=False)

    def answer() -> dict[str, object]:
        ids, lengths = pad([encoder.encode(request.get_json()["text"]).ids])
        outputs = model.predict({"ids": ids, "lengths": lengths}, verbose=0)
        logits = next(iter(outputs.values())) if isinstance(outputs, dict) else outputs
        return {"label": artifact.manifest.labels[int(np.argmax(logits[0]))]}

    return _plain("predict", answer)


APPS = {"noop": noop_app, "signature": signature_app, "predict": predict_app}


def _plain(name: str, answer: Callable[[], dict[str, Any]]) -> WSGIApplication:
    from flask import Flask

    app = Flask(name)
    app.add_url_rule("/predict", view_func=answer, methods=["POST"], endpoint="predict")
    app.add_url_rule("/readyz", view_func=lambda: {"ready": True}, endpoint="readyz")
    return app


if __name__ == "__main__":
    import sys

    from service.server import serve
    from service.settings import load_settings

    serve(load_settings(), APPS[sys.argv[1]])
