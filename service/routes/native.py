"""``POST /predict``, ``POST /explain`` and ``GET /models``."""

from flask import Response
from flask_openapi3.models.tag import Tag

from service.catalogue import describe_models
from service.handlers import Handlers
from service.routes.api import Api, replies, reply, trace
from service.schemas import ExplainReply, ModelsReply, PredictReply, PredictRequest

_TAG = Tag(name="predict", description="Ask a model.")
_FAILURES = (400, 404, 413, 415, 422, 429, 503, 504)


def register(app: Api, handlers: Handlers) -> None:
    """Adds the routes."""

    @app.post(
        "/predict",
        tags=[_TAG],
        summary="Answer one text or several",
        responses=replies(PredictReply, *_FAILURES),
    )
    def predict(body: PredictRequest) -> Response:
        return reply(handlers.predict(body, trace()))

    @app.post("/explain", tags=[_TAG], summary="Say why", responses=replies(ExplainReply, *_FAILURES))
    def explain(body: PredictRequest) -> Response:
        return reply(handlers.explain(body, trace()))

    @app.get("/models", tags=[_TAG], summary="What can be asked", responses={200: ModelsReply})
    def models() -> Response:
        return reply(describe_models(handlers.repository, handlers.settings))
