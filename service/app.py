"""The Flask application: routes, the error contract, request ids, log and metrics."""

import gc
from http import HTTPStatus

from flask import Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from service.access import Access
from service.administration import Administration
from service.batching import Batcher
from service.body import dump_json
from service.concurrency import Concurrency, Threads
from service.errors import RequestError
from service.explaining import Explainer
from service.feedback.feedback import Feedback
from service.handlers import Handlers
from service.judge import Judge, Limits
from service.kept_labels import KeptLabels
from service.loading import open_warm
from service.metrics import Metrics
from service.observing import observe_requests
from service.orders import Orders
from service.peers import Peers
from service.plans import parse_canaries, parse_shadows
from service.repository import Repository
from service.routes import admin, documents, feedback, health, native, openinference, page, tfserving
from service.routes.api import Api, make_api
from service.routes.doors import Doors, careful
from service.settings import Settings
from service.tracing import open_tracing
from service.trial_metrics import TrialMetrics
from service.trials import Trials
from service.watch import Watch
from service.wishes import Sources

_LONGEST_MESSAGE = 500


def create_app(
    settings: Settings,
    repository: Repository | None = None,
    peers: Peers | None = None,
    concurrency: Concurrency | None = None,
    orders: Orders | None = None,
) -> Api:
    """The application of one worker process.

    Args:
        repository: what is served; by default the folder of the settings, whose loading begins now.
        peers: the other workers, to be ready together.
        concurrency: how the server answers requests at the same time; by default each in a thread.
        orders: what the workers are told; by default the orders of ``peers``.
    """
    metrics = Metrics()
    trial_metrics = TrialMetrics(metrics.registry)
    orders = orders or Orders(peers.shared if peers else None)
    concurrency = concurrency or Threads()
    kept = KeptLabels(peers.shared if peers else None)
    if repository is None:
        repository = Repository(settings.default_model, sticky_key)
        judge = Judge(
            orders,
            Limits(settings.canary_max_failures, settings.canary_max_disagreement),
            peers.shared if peers else None,
            trial_metrics,
        )
        _watch(settings, repository, orders, judge, metrics, peers, concurrency, kept).start()
    app = make_api(settings.max_body)
    access = Access(settings, peers.shared if peers else None)
    handlers = Handlers(settings, repository, Trials(trial_metrics), Explainer(concurrency))
    administration = Administration(
        settings.artifacts, settings.state_folder, orders, peers, concurrency, kept
    )
    told = Feedback(settings, repository, metrics, concurrency, peers) if settings.feedback else None
    native.register(app, handlers)
    feedback.register(app, told)
    tfserving.register(app, handlers)
    health.register(app, repository, metrics, peers)
    openinference.register(app, handlers, administration, peers)
    admin.register(app, handlers, administration)
    documents.register(app)
    page.register(app)
    app.extensions["metrics"] = metrics
    tracing = app.extensions["tracing"] = open_tracing(settings)
    observe_requests(app, metrics, Doors(settings, access), tracing, told)
    _answer_errors(app, settings)
    app.wsgi_app = careful(app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app


def sticky_key() -> str | None:
    """What stays the same in the requests of one caller: its request id, else its key."""
    headers = request.headers
    return headers.get("X-Request-ID") or headers.get("Authorization")


def _watch(
    settings: Settings,
    repository: Repository,
    orders: Orders,
    judge: Judge,
    metrics: Metrics,
    peers: Peers | None,
    concurrency: Concurrency,
    kept: KeptLabels,
) -> Watch:
    sources = Sources(
        settings.artifacts,
        settings.state_folder,
        parse_canaries(settings.canary),
        parse_shadows(settings.shadow),
        settings.reload_s,
    )
    return Watch(
        sources,
        repository,
        lambda path: open_warm(path, settings.engine, settings.max_batch),
        lambda predictor: Batcher(
            predictor.answer,
            max_rows=settings.max_batch,
            max_queue=settings.max_queue,
            observer=metrics.texts(predictor),
            concurrency=concurrency,
        ),
        orders,
        judge,
        on_ready=lambda: _settle(peers),
        kept=kept,
    )


def _settle(peers: Peers | None) -> None:
    # What was made until now stays: looking through it for garbage would hold up requests for nothing.
    gc.collect()
    gc.freeze()
    if peers:
        peers.announce()


def _answer_errors(app: Api, settings: Settings) -> None:
    """Turns every failure into ``{"error": sentence, "code": CAUSE}``."""

    @app.errorhandler(RequestError)
    def refuse(error: RequestError) -> Response:
        response = _error(str(error), error.code, error.tfs_status if _on_protocol() else error.status)
        if response.status_code == 401:
            response.headers["WWW-Authenticate"] = 'Bearer realm="engram"'
        if error.retry_after is not None:
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or 500)
        if isinstance(error, RequestEntityTooLarge):
            return _error(f"the body is larger than {settings.max_body} bytes", "BODY_TOO_LARGE", status)
        if isinstance(error, NotFound | MethodNotAllowed) and _on_tfserving():
            # TensorFlow Serving knows neither 404 nor 405 for a path it cannot read.
            return _error(f"Malformed request: {request.method} {request.path}", "MALFORMED_REQUEST", 400)
        message = f"there is nothing at {request.path}" if isinstance(error, NotFound) else error.description
        if isinstance(error, MethodNotAllowed):
            allowed = ", ".join(sorted(error.valid_methods or []))
            message = f"{request.method} is not allowed on {request.path}; allowed: {allowed}"
        response = _error(message or status.phrase, status.name, status)
        # Allow and the like.
        response.headers.extend([pair for pair in error.get_headers() if pair[0] != "Content-Type"])
        return response

    @app.errorhandler(Exception)
    def bug(error: Exception) -> Response:
        app.logger.error("a request failed", exc_info=error)
        return _error("the service failed to answer; its log says why", "INTERNAL", 500)


def _on_protocol() -> bool:
    return request.path.startswith(("/v1/", "/v2/"))


def _on_tfserving() -> bool:
    return request.path.startswith("/v1/")


def _error(message: str, code: str, status: int) -> Response:
    # Here, where every failure passes: log, metrics and span tell its cause.
    g.trace.code = code
    if len(message) > _LONGEST_MESSAGE:
        # It quotes what the caller sent.
        message = f"{message[: _LONGEST_MESSAGE // 2]} ... {message[-_LONGEST_MESSAGE // 2 :]}"
    return Response(dump_json({"error": message, "code": code}), status, mimetype="application/json")
