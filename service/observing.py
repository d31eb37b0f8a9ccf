"""What every request gets: its caller, its id, its log line, its place in metrics and traces."""

import time
from typing import Any

from flask import Request, Response, g, request

from service.feedback.feedback import Feedback
from service.handlers import Trace
from service.logs import log_event
from service.metrics import Metrics
from service.request_ids import echoed_id, own_id
from service.routes.api import Api
from service.routes.doors import Doors
from service.routes.tfserving import match_any_case
from service.tracing import Tracing, trace_id_of


def observe_requests(
    app: Api, metrics: Metrics, doors: Doors, tracing: Tracing | None, feedback: Feedback | None
) -> None:
    """Asks who is there before a request, and tells of it after."""
    # By its id the answer to a request is told of: nobody may choose or guess it.
    id_of = own_id if feedback else echoed_id

    @app.before_request
    def begin() -> Response | None:
        trace = g.trace = Trace(started=time.perf_counter())
        metrics.begin()
        asked: Request = request._get_current_object()  # type: ignore[attr-defined]
        if asked.routing_exception is not None:
            match_any_case(asked)
        preflight = doors.answer_preflight(asked)
        if preflight is None:
            if caller := doors.admit(asked):
                trace.caller = caller.name
            doors.check_admin(asked)
        return preflight

    @app.after_request
    def finish(response: Response) -> Response:
        trace: Trace = g.trace
        seconds = time.perf_counter() - trace.started
        asked: Request = request._get_current_object()  # type: ignore[attr-defined]
        environ = asked.environ
        request_id = id_of(environ.get("HTTP_X_REQUEST_ID", ""))
        response.headers["X-Request-ID"] = request_id
        doors.finish(asked, response)
        # The rule, not the path: what callers make up must not become a label.
        rule = asked.url_rule
        route = rule.rule if rule else "unmatched"
        status = response.status_code
        metrics.observe_request(route, status, trace.model, trace.version, seconds)
        more = _more(trace)
        if trace.code:
            metrics.reject(route, trace.code)
        if traceparent := environ.get("HTTP_TRACEPARENT"):
            _pass_on(traceparent, response, more)
        log_event(
            "request",
            method=asked.method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            request_id=request_id,
            **more,
        )
        if feedback:
            feedback.remember(request_id, trace if status == 200 else None)
        if tracing:
            more["request_id"] = request_id
            tracing.record(environ, route, status, seconds, more)
        return response


def _more(trace: Trace) -> dict[str, Any]:
    """What is said of a request where there is something to say."""
    more: dict[str, Any] = {}
    if trace.model:
        more = {"model": trace.model, "version": trace.version, "rows": trace.rows}
    if trace.code:
        more["code"] = trace.code
    if trace.caller:
        more["caller"] = trace.caller
    if trace.texts:
        more["texts"] = trace.texts
    return more


def _pass_on(traceparent: str, response: Response, more: dict[str, Any]) -> None:
    trace_id = trace_id_of(traceparent)
    if trace_id:
        more["trace_id"] = trace_id
        response.headers["traceparent"] = traceparent
