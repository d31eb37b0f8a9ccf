"""TensorFlow Serving's REST API: ``/v1/models/...``."""

import contextlib
from collections.abc import Callable
from typing import Any

from flask import Request, Response, current_app
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field
from werkzeug.exceptions import HTTPException

from service.errors import InvalidRequestError
from service.handlers import Handlers
from service.routes.api import Api, PathName, replies, reply, trace
from service.schemas import (
    ClassifyReply,
    ClassifyRequest,
    MetadataReply,
    ModelStatusReply,
    RegressReply,
    RegressRequest,
    TfServingReply,
    TfServingRequest,
)
from service.tfserving.asked import Asked
from service.tfserving.examples import classify, regress
from service.tfserving.models import metadata, model_status
from service.tfserving.paths import lower_path
from service.tfserving.predict import predict

_TAG = Tag(name="tensorflow serving", description="The same calls as TensorFlow Serving.")
_FAILURES = (400, 404, 413, 429, 503, 504)


class ModelPath(BaseModel):
    """The version that serves now."""

    name: PathName

    def asked(self) -> Asked:
        """What the path names."""
        return Asked(self.name)


class VersionPath(ModelPath):
    """One version."""

    version: int = Field(ge=0)

    def asked(self) -> Asked:
        """What the path names."""
        return Asked(self.name, version=self.version)


class LabelPath(ModelPath):
    """The version that has a version label."""

    label: PathName

    def asked(self) -> Asked:
        """What the path names."""
        return Asked(self.name, label=self.label)


# How a path names who shall answer; the last part of the name of the view.
_PATHS: tuple[tuple[str, type[ModelPath], str], ...] = (
    ("/v1/models/<model:name>", ModelPath, ""),
    ("/v1/models/<model:name>/versions/<int:version>", VersionPath, "_version"),
    ("/v1/models/<model:name>/labels/<model:label>", LabelPath, "_label"),
)


def register(app: Api, handlers: Handlers) -> None:
    """Adds the routes."""

    @app.get("/v1/models", doc_ui=False)
    def tfs_no_model() -> Response:
        raise InvalidRequestError("Missing model name in request.")

    for path, schema, suffix in _PATHS:
        _register_calls(app, handlers, path, schema, suffix)
        _register_facts(app, handlers, path, schema, suffix)


def match_any_case(asked: Request) -> None:
    """Gives a request that matched no route the one that its path names in another case, if there is one."""
    path = lower_path(asked.path)
    adapter = current_app.create_url_adapter(asked)
    if path == asked.path or adapter is None:
        return
    with contextlib.suppress(HTTPException):
        asked.url_rule, found = adapter.match(path, return_rule=True)
        asked.view_args, asked.path = dict(found), path
        asked.routing_exception = None


def _register_calls(app: Api, handlers: Handlers, path: str, schema: type[ModelPath], suffix: str) -> None:
    calls: dict[str, tuple[Callable[..., dict[str, Any]], type[BaseModel], type[BaseModel]]] = {
        "predict": (predict, TfServingRequest, TfServingReply),
        "classify": (classify, ClassifyRequest, ClassifyReply),
        "regress": (regress, RegressRequest, RegressReply),
    }
    for name, (answer, request, success) in calls.items():
        view = _asking(handlers, answer)
        view.__name__ = f"tfs_{name}{suffix}"
        view.__annotations__ = {"path": schema, "body": request, "return": Response}
        app.post(f"{path}:{name}", tags=[_TAG], responses=replies(success, *_FAILURES))(view)


def _asking(handlers: Handlers, answer: Callable[..., dict[str, Any]]) -> Callable[..., Response]:
    def view(path: ModelPath, body: Any) -> Response:
        return reply(answer(handlers, path.asked(), body, trace()))

    return view


def _register_facts(app: Api, handlers: Handlers, path: str, schema: type[ModelPath], suffix: str) -> None:
    def status(path: ModelPath) -> Response:
        return reply(model_status(handlers, path.asked()))

    def facts(path: ModelPath) -> Response:
        return reply(metadata(handlers, path.asked()))

    for view, name in ((status, "status"), (facts, "metadata")):
        view.__name__ = f"tfs_{name}{suffix}"
        view.__annotations__ = {"path": schema, "return": Response}
    app.get(path, tags=[_TAG], responses=replies(ModelStatusReply, 400, 404))(status)
    app.get(f"{path}/metadata", tags=[_TAG], responses=replies(MetadataReply, 400, 404, 503))(facts)
