"""The Flask application: routes, the error contract, request ids, log and metrics."""

import gc
import re
import secrets
import time
from http import HTTPStatus
from typing import Any

from flask import Request, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from service.access import Access
from service.administration import Administration
from service.batching import Batcher
from service.body import dump_json
from service.concurrency import Concurrency, Threads
from service.errors import RequestError
from service.explaining import Explainer
from service.handlers import Handlers, Trace
from service.judge import Judge, Limits
from service.loading import open_warm
from service.logs import log_event
from service.metrics import Metrics
from service.orders import Orders
from service.peers import Peers
from service.plans import parse_canaries, parse_shadows
from service.repository import Repository
from service.routes import admin, documents, health, native, openinference, tfserving
from service.routes.api import Api, make_api
from service.routes.doors import Doors, careful
from service.settings import Settings
from service.trial_metrics import TrialMetrics
from service.trials import Trials
from service.watch import Sources, Watch

_LONGEST_MESSAGE = 500
_REQUEST_ID = re.compile(r"[\w.:/+=-]{1,128}", re.ASCII)


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
    if repository is None:
        repository = Repository(settings.default_model, sticky_key)
        judge = Judge(
            orders,
            Limits(settings.canary_max_failures, settings.canary_max_disagreement),
            peers.shared if peers else None,
            trial_metrics,
        )
        _watch(settings, repository, orders, judge, metrics, peers, concurrency).start()
    app = make_api(settings.max_body)
    access = app.extensions["access"] = Access(settings)
    handlers = Handlers(settings, repository, Trials(trial_metrics), Explainer(concurrency))
    administration = Administration(settings.artifacts, settings.state_folder, orders, peers, concurrency)
    native.register(app, handlers)
    tfserving.register(app, handlers)
    health.register(app, repository, metrics, peers)
    openinference.register(app, handlers, administration, peers)
    admin.register(app, handlers, administration)
    documents.register(app)
    _observe_requests(app, metrics, Doors(settings, access))
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
    )


def _settle(peers: Peers | None) -> None:
    # What was made until now stays: looking through it for garbage would hold up requests for nothing.
    gc.collect()
    gc.freeze()
    if peers:
        peers.announce()


def _observe_requests(app: Api, metrics: Metrics, doors: Doors) -> None:
    """Asks who is there, and gives every reply a request id, a log line and its place in the metrics."""

    @app.before_request
    def begin() -> Response | None:
        trace = g.trace = Trace(started=time.perf_counter())
        metrics.begin()
        asked: Request = request._get_current_object()  # type: ignore[attr-defined]
        preflight = doors.answer_preflight(asked)
        if preflight is None and (caller := doors.admit(asked)):
            trace.caller = caller.name
        return preflight

    @app.after_request
    def finish(response: Response) -> Response:
        trace: Trace = g.trace
        seconds = time.perf_counter() - trace.started
        asked: Request = request._get_current_object()  # type: ignore[attr-defined]
        sent = asked.headers.get("X-Request-ID", "")
        request_id = sent if _REQUEST_ID.fullmatch(sent) else secrets.token_hex(16)
        response.headers["X-Request-ID"] = request_id
        doors.finish(asked, response)
        # The rule, not the path: what callers make up must not become a label.
        rule = asked.url_rule
        route = rule.rule if rule else "unmatched"
        status = response.status_code
        metrics.observe_request(route, status, trace.model, trace.version, seconds)
        more: dict[str, Any] = {}
        if trace.code:
            metrics.reject(route, trace.code)
            more["code"] = trace.code
        if trace.model:
            more |= {"model": trace.model, "version": trace.version, "rows": trace.rows}
        if trace.caller:
            more["caller"] = trace.caller
        log_event(
            "request",
            method=asked.method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            request_id=request_id,
            **more,
        )
        return response


def _answer_errors(app: Api, settings: Settings) -> None:
    """Turns every failure into ``{"error": sentence, "code": CAUSE}``."""

    @app.errorhandler(RequestError)
    def refuse(error: RequestError) -> Response:
        g.trace.code = error.code
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
    if len(message) > _LONGEST_MESSAGE:
        # It quotes what the caller sent.
        message = f"{message[: _LONGEST_MESSAGE // 2]} ... {message[-_LONGEST_MESSAGE // 2 :]}"
    return Response(dump_json({"error": message, "code": code}), status, mimetype="application/json")
