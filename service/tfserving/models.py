"""What TensorFlow Serving's API says of a model: its status and its metadata."""

from typing import Any

from service.errors import ModelNotFoundError, VersionNotFoundError
from service.handlers import Handlers
from service.repository import VersionStatus
from service.tfserving.asked import Asked
from service.tfserving.signatures import signature_defs


def model_status(handlers: Handlers, asked: Asked) -> dict[str, Any]:
    """Answers ``GET /v1/models/NAME[/versions/N|/labels/L]``, newest version first.

    Raises:
        RequestError: there is no such model, version or label.
    """
    version = asked.version
    if asked.label is not None:
        with asked.naming():
            version = handlers.repository.labelled(asked.name, asked.label)
    statuses = handlers.versions(asked.name, version)
    if not statuses and version is None:
        raise ModelNotFoundError(f"Could not find any versions of model {asked.name}")
    if not statuses:
        raise VersionNotFoundError(f"Could not find version {version} of model {asked.name}")
    return {"model_version_status": [status_as_dict(status) for status in statuses]}


def status_as_dict(status: VersionStatus) -> dict[str, Any]:
    """One version's status. A version is a string here, as it is in TensorFlow Serving."""
    return {
        "version": str(status.version),
        "state": status.state,
        "status": {
            # The data is there, but is not what it should be.
            "error_code": "DATA_LOSS" if status.error_message and status.state == "END" else "OK",
            "error_message": status.error_message,
        },
    }


def metadata(handlers: Handlers, asked: Asked) -> dict[str, Any]:
    """Answers ``.../metadata`` with the signatures that can be asked.

    Raises:
        RequestError: there is no such model, version or label.
    """
    with asked.use(handlers) as loaded:
        manifest, served = loaded.predictor.manifest, loaded.version
    return {
        "model_spec": {"name": asked.name, "signature_name": "", "version": str(served)},
        "metadata": {"signature_def": {"signature_def": signature_defs(manifest)}},
    }
