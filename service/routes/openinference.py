"""The Open Inference Protocol: ``/v2/...``."""

from collections.abc import Callable

from flask import Response, g
from flask_openapi3.models.data_type import DataType
from flask_openapi3.models.media_type import MediaType
from flask_openapi3.models.parameter import Parameter
from flask_openapi3.models.parameter_in_type import ParameterInType
from flask_openapi3.models.schema import Schema
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from models.version import engram_version
from service.administration import Administration
from service.handlers import Handlers
from service.openinference import models
from service.openinference.infer import infer
from service.openinference.schemas import (
    Done,
    Index,
    IndexRequest,
    InferReply,
    InferRequest,
    LoadRequest,
    ModelMetadata,
    ModelReady,
    ServerHealth,
    ServerMetadata,
    UnloadRequest,
)
from service.openinference.tensors import JSON_LENGTH_HEADER
from service.peers import Peers
from service.routes.api import Api, PathName, replies, reply, trace

_TAG = Tag(name="open inference protocol", description="Version 2, as Triton, KServe and MLServer speak it.")
_REPOSITORY = Tag(name="model repository", description="What is loaded, of all models.")


class V2ModelPath(BaseModel):
    """A model; the version that serves now."""

    name: PathName

    def wanted(self) -> int | None:
        """The version that the path names."""
        return None


class V2VersionPath(V2ModelPath):
    """A version of a model."""

    version: int = Field(ge=0)

    def wanted(self) -> int | None:
        """The version that the path names."""
        return self.version


_PATHS: tuple[tuple[str, type[V2ModelPath], str], ...] = (
    ("/v2/models/<model:name>", V2ModelPath, ""),
    ("/v2/models/<model:name>/versions/<int:version>", V2VersionPath, "_version"),
)


def register(app: Api, handlers: Handlers, administration: Administration, peers: Peers | None) -> None:
    """Adds the routes."""
    _register_server(app, handlers, peers)
    for path, schema, suffix in _PATHS:
        _register_model(app, handlers, path, schema, suffix)
    _document_binary(app)
    _register_repository(app, handlers, administration)


def _register_server(app: Api, handlers: Handlers, peers: Peers | None) -> None:
    @app.get("/v2", tags=[_TAG], responses={200: ServerMetadata})
    def v2_server() -> Response:
        return reply({"name": "engram", "version": engram_version(), "extensions": list(models.EXTENSIONS)})

    @app.get("/v2/health/live", tags=[_TAG], responses={200: ServerHealth})
    def v2_live() -> Response:
        return reply({"live": True})

    @app.get("/v2/health/ready", tags=[_TAG], responses={200: ServerHealth, 503: ServerHealth})
    def v2_ready() -> Response:
        ready = handlers.repository.ready and (peers is None or peers.all_ready())
        return reply({"live": True, "ready": ready}, 200 if ready else 503)


def _register_model(app: Api, handlers: Handlers, path: str, schema: type[V2ModelPath], suffix: str) -> None:
    def metadata(path: V2ModelPath) -> Response:
        return reply(models.metadata(handlers, path.name, path.wanted()))

    def ready(path: V2ModelPath) -> Response:
        is_ready = models.is_ready(handlers, path.name, path.wanted())
        return reply({"name": path.name, "ready": is_ready}, 200 if is_ready else 503)

    def inference(path: V2ModelPath, body: InferRequest) -> Response:
        head, tensors = infer(handlers, path.name, path.wanted(), body, g.get("behind_json", b""), trace())
        if tensors is None:
            return Response(head, mimetype="application/json")
        headers = {JSON_LENGTH_HEADER: str(len(head))}
        return Response(head + tensors, mimetype="application/octet-stream", headers=headers)

    app.get(path, tags=[_TAG], responses=replies(ModelMetadata, 400, 404, 503))(
        _named(metadata, f"v2_metadata{suffix}", path=schema)
    )
    app.get(f"{path}/ready", tags=[_TAG], responses=replies(ModelReady, 404) | {503: ModelReady})(
        _named(ready, f"v2_model_ready{suffix}", path=schema)
    )
    app.post(f"{path}/infer", tags=[_TAG], responses=replies(InferReply, 400, 404, 413, 429, 503, 504))(
        _named(inference, f"v2_infer{suffix}", path=schema, body=InferRequest)
    )


def _register_repository(app: Api, handlers: Handlers, administration: Administration) -> None:
    @app.post("/v2/repository/index", tags=[_REPOSITORY], responses=replies(Index, 400))
    def v2_index(body: IndexRequest) -> Response:
        return reply(models.index(handlers, body.ready))

    @app.post(
        "/v2/repository/models/<model:name>/load",
        tags=[_REPOSITORY],
        summary="Load a model in every worker, or what is new of it; needs the admin token",
        responses=replies(Done, 400, 401, 403, 504),
    )
    def v2_load(path: V2ModelPath, body: LoadRequest) -> Response:
        models.load(handlers, administration, path.name)
        return reply({})

    @app.post(
        "/v2/repository/models/<model:name>/unload",
        tags=[_REPOSITORY],
        summary="Unload a model in every worker, until it is loaded again; needs the admin token",
        responses=replies(Done, 400, 401, 403, 404, 504),
    )
    def v2_unload(path: V2ModelPath, body: UnloadRequest) -> Response:
        models.unload(handlers, administration, path.name)
        return reply({})


def _document_binary(app: Api) -> None:
    """A request and a reply may also be JSON with tensors behind it."""
    bytes_ = MediaType(schema=Schema(type=DataType.STRING, format="binary"))
    length = Parameter.model_validate(
        {
            "name": JSON_LENGTH_HEADER,
            "in": ParameterInType.HEADER,
            "description": "how many bytes of the body are JSON, with tensors behind them; default: all",
            "schema": Schema(type=DataType.INTEGER, minimum=0),
        }
    )
    for path, item in app.paths.items():
        if path.endswith("/infer"):
            call = item.post
            call.parameters.append(length)
            for content in (call.requestBody.content, call.responses["200"].content):
                content["application/octet-stream"] = bytes_


def _named(view: Callable[..., Response], name: str, **schemas: type[BaseModel]) -> Callable[..., Response]:
    """The view with a name of its own and the schemas of one of its paths."""
    view.__name__ = name
    view.__annotations__ = {**schemas, "return": Response}
    return view
