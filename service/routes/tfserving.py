"""TensorFlow Serving's REST API: ``/v1/models/...``."""

from flask import Response
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel

from service import tfserving
from service.errors import InvalidRequestError
from service.handlers import Handlers
from service.routes.api import Api, replies, reply, trace
from service.schemas import MetadataReply, ModelStatusReply, TfServingReply, TfServingRequest

_TAG = Tag(name="tensorflow serving", description="The same calls as TensorFlow Serving.")
_PREDICT = replies(TfServingReply, 400, 404, 413, 429, 503, 504)
_STATUS = replies(ModelStatusReply, 400, 404)
_METADATA = replies(MetadataReply, 400, 404, 503)


class ModelPath(BaseModel):
    """The version that serves now."""

    name: str


class VersionPath(ModelPath):
    """One version."""

    version: int


class LabelPath(ModelPath):
    """The version that has a version label."""

    label: str


def register(app: Api, handlers: Handlers) -> None:
    """Adds the routes."""

    @app.post("/v1/models/<model:name>:predict", tags=[_TAG], responses=_PREDICT)
    def tfs_predict(path: ModelPath, body: TfServingRequest) -> Response:
        return reply(tfserving.predict(handlers, path.name, None, None, body, trace()))

    @app.post("/v1/models/<model:name>/versions/<int:version>:predict", tags=[_TAG], responses=_PREDICT)
    def tfs_predict_version(path: VersionPath, body: TfServingRequest) -> Response:
        return reply(tfserving.predict(handlers, path.name, path.version, None, body, trace()))

    @app.post("/v1/models/<model:name>/labels/<model:label>:predict", tags=[_TAG], responses=_PREDICT)
    def tfs_predict_label(path: LabelPath, body: TfServingRequest) -> Response:
        return reply(tfserving.predict(handlers, path.name, None, path.label, body, trace()))

    @app.get("/v1/models", doc_ui=False)
    def tfs_no_model() -> Response:
        raise InvalidRequestError("Missing model name in request.")

    _register_status(app, handlers)
    _register_metadata(app, handlers)


def _register_status(app: Api, handlers: Handlers) -> None:
    @app.get("/v1/models/<model:name>", tags=[_TAG], responses=_STATUS)
    def tfs_status(path: ModelPath) -> Response:
        return reply(tfserving.model_status(handlers, path.name, None, None))

    @app.get("/v1/models/<model:name>/versions/<int:version>", tags=[_TAG], responses=_STATUS)
    def tfs_status_version(path: VersionPath) -> Response:
        return reply(tfserving.model_status(handlers, path.name, path.version, None))

    @app.get("/v1/models/<model:name>/labels/<model:label>", tags=[_TAG], responses=_STATUS)
    def tfs_status_label(path: LabelPath) -> Response:
        return reply(tfserving.model_status(handlers, path.name, None, path.label))


def _register_metadata(app: Api, handlers: Handlers) -> None:
    @app.get("/v1/models/<model:name>/metadata", tags=[_TAG], responses=_METADATA)
    def tfs_metadata(path: ModelPath) -> Response:
        return reply(tfserving.metadata(handlers, path.name, None, None))

    @app.get("/v1/models/<model:name>/versions/<int:version>/metadata", tags=[_TAG], responses=_METADATA)
    def tfs_metadata_version(path: VersionPath) -> Response:
        return reply(tfserving.metadata(handlers, path.name, path.version, None))

    @app.get("/v1/models/<model:name>/labels/<model:label>/metadata", tags=[_TAG], responses=_METADATA)
    def tfs_metadata_label(path: LabelPath) -> Response:
        return reply(tfserving.metadata(handlers, path.name, None, path.label))
