"""Traces: W3C trace context is passed on; with ``ENGRAM_TRACING``, OpenTelemetry gets a span a request."""

import importlib.util
import os
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from models.errors import ConfigError
from service.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

# https://www.w3.org/TR/trace-context/#traceparent-header: a later version may have more fields.
_TRACEPARENT = re.compile(
    r"(?P<version>(?!ff)[0-9a-f]{2})-(?!0{32})(?P<trace>[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
    r"(?P<more>-.*)?"
)
_FLUSH_MS = 2000


def trace_id_of(traceparent: str) -> str:
    """The trace a ``traceparent`` header belongs to; "" where it is none."""
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None or (found["more"] and found["version"] == "00"):
        return ""
    return found["trace"]


def open_tracing(settings: Settings) -> "Tracing | None":
    """Spans for the collector of the ``OTEL_*`` variables; None where nobody asked for them."""
    return Tracing() if settings.tracing else None


def check_tracing(settings: Settings) -> None:
    """Refuses to trace without the packages for it.

    Raises:
        ConfigError: they are not installed.
    """
    if settings.tracing and importlib.util.find_spec("opentelemetry") is None:
        raise ConfigError(
            "ENGRAM_TRACING is set, but the packages of OpenTelemetry are not installed; install them "
            "with pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http, or leave it unset"
        )


class Tracing:
    """Gives OpenTelemetry a span for every request, as a child of the caller's."""

    def __init__(self, processor: "SpanProcessor | None" = None) -> None:
        """Begins to export.

        Args:
            processor: what becomes of the spans; by default a thread sends them to the collector.
        """
        # Imported here: only those who trace have it.
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.trace import SpanKind, Status, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        name = os.environ.get("OTEL_SERVICE_NAME", "engram")
        self._provider = TracerProvider(resource=Resource.create({"service.name": name}))
        self._provider.add_span_processor(processor or _exporting())
        self._tracer = self._provider.get_tracer("engram")
        self._propagator = TraceContextTextMapPropagator()
        self._kind = SpanKind.SERVER
        self._failed = Status(StatusCode.ERROR)

    def record(
        self, environ: Mapping[str, Any], route: str, status: int, seconds: float, more: Mapping[str, Any]
    ) -> None:
        """Tells of a request that has just been answered.

        Args:
            environ: of the request.
            seconds: how long it took.
            more: further facts, as in its log line; texts stay here.
        """
        end = time.time_ns()
        headers = {
            name: environ[variable]
            for name, variable in (("traceparent", "HTTP_TRACEPARENT"), ("tracestate", "HTTP_TRACESTATE"))
            if variable in environ
        }
        method = str(environ["REQUEST_METHOD"])
        attributes = {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
            **{f"engram.{name}": value for name, value in more.items() if name != "texts"},
        }
        span = self._tracer.start_span(
            f"{method} {route}",
            context=self._propagator.extract(headers),
            kind=self._kind,
            attributes=attributes,
            start_time=end - int(seconds * 1e9),
        )
        if status >= 500:
            span.set_status(self._failed)
        span.end(end)

    def close(self) -> None:
        """Sends what has not been sent."""
        self._provider.force_flush(_FLUSH_MS)


def _exporting() -> "SpanProcessor":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return BatchSpanProcessor(OTLPSpanExporter())
