"""What the Open Inference Protocol says of models."""

from typing import Any

from service.administration import Administration
from service.errors import InvalidRequestError, ModelNotFoundError
from service.handlers import Handlers
from service.openinference.infer import INPUT
from service.openinference.outputs import output_metadata

EXTENSIONS = ("binary_tensor_data", "model_repository")
_STATES = {
    "START": "LOADING",
    "LOADING": "LOADING",
    "AVAILABLE": "READY",
    "UNLOADING": "UNLOADING",
    "END": "UNAVAILABLE",
}


def metadata(handlers: Handlers, name: str, version: int | None) -> dict[str, Any]:
    """Answers ``GET /v2/models/NAME[/versions/N]``.

    Raises:
        RequestError: there is no such version that can answer.
    """
    with handlers.repository.use(name, version) as loaded:
        manifest = loaded.predictor.manifest
        engine = loaded.predictor.engine.name
    return {
        "name": name,
        "versions": [str(each) for each in sorted(handlers.repository.loaded_versions(name))],
        "platform": "onnxruntime_onnx" if engine.startswith("onnx") else "tensorflow_savedmodel",
        "inputs": [{"name": INPUT, "datatype": "BYTES", "shape": [-1]}],
        "outputs": output_metadata(manifest),
    }


def is_ready(handlers: Handlers, name: str, version: int | None) -> bool:
    """Whether a model, or a version of it, can answer.

    Raises:
        ModelNotFoundError: there is no such model.
    """
    loaded = handlers.repository.loaded_versions(name)
    if not loaded and not handlers.repository.statuses(name):
        raise ModelNotFoundError(f"there is no model {name!r}")
    return bool(loaded) if version is None else version in loaded


def index(handlers: Handlers, only_ready: bool) -> list[dict[str, str]]:
    """Answers ``POST /v2/repository/index``: every version that is known."""
    return [
        {
            "name": name,
            "version": str(status.version),
            "state": _STATES[status.state],
            "reason": status.error_message,
        }
        for name, statuses in handlers.repository.overview().items()
        for status in statuses
        if status.state == "AVAILABLE" or not only_ready
    ]


def load(handlers: Handlers, administration: Administration, name: str) -> None:
    """Loads a model in every worker, or what is new of it.

    Raises:
        InvalidRequestError: no version of it can be loaded; the message says why.
        DeadlineError: it takes too long.
    """
    administration.load(name)
    if handlers.repository.loaded_versions(name):
        return
    reasons = "; ".join(
        each.error_message for each in handlers.repository.statuses(name) if each.error_message
    )
    raise InvalidRequestError(f"failed to load {name!r}: {reasons or 'there is no such model'}")


def unload(handlers: Handlers, administration: Administration, name: str) -> None:
    """Unloads a model in every worker.

    Raises:
        ModelNotFoundError: there is no such model.
        DeadlineError: it takes too long.
    """
    if name not in handlers.repository.known():
        raise ModelNotFoundError(f"there is no model {name!r}")
    administration.unload(name)
