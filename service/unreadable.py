"""Replies to requests that never reach the application: they are not HTTP, or do not come in time.

gunicorn's own hold what was sent, also a key in a malformed header, and so do its log lines.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from gunicorn.http import errors

from service.body import dump_json
from service.errors import InvalidBodyError, RequestTimeoutError
from service.headers import DATA
from service.logs import log_event

# Where others have a route: nothing says which one was meant.
ROUTE = "unreadable"


@dataclass(frozen=True, slots=True)
class _Kind:
    status: HTTPStatus
    code: str
    sentence: str


_INTERNAL = _Kind(
    HTTPStatus.INTERNAL_SERVER_ERROR, "INTERNAL", "the service failed to answer; its log says why"
)
# The first that fits: some are kinds of others.
_KINDS: tuple[tuple[tuple[type[Exception], ...], _Kind], ...] = (
    (
        (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, errors.ConfigurationProblem),
        _INTERNAL,
    ),
    (
        (RequestTimeoutError,),
        _Kind(HTTPStatus.REQUEST_TIMEOUT, RequestTimeoutError.code, "the request did not arrive in time"),
    ),
    (
        (errors.InvalidChunkSize, errors.InvalidChunkExtension, errors.ChunkMissingTerminator),
        _Kind(HTTPStatus.BAD_REQUEST, InvalidBodyError.code, "the body is not chunked as HTTP says"),
    ),
    (
        (errors.LimitRequestLine,),
        _Kind(HTTPStatus.REQUEST_URI_TOO_LONG, "URI_TOO_LONG", "the request line is too long"),
    ),
    (
        (errors.LimitRequestHeaders,),
        _Kind(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            "HEADERS_TOO_LARGE",
            "the headers are too many or too long",
        ),
    ),
    (
        (errors.UnsupportedTransferCoding,),
        _Kind(HTTPStatus.NOT_IMPLEMENTED, "NOT_IMPLEMENTED", "the body's transfer coding is not 'chunked'"),
    ),
    (
        (errors.ExpectationFailed,),
        _Kind(
            HTTPStatus.EXPECTATION_FAILED, "EXPECTATION_FAILED", "only '100-continue' can be expected of this"
        ),
    ),
    (
        (errors.InvalidHeader, errors.InvalidHeaderName, errors.ObsoleteFolding, errors.InvalidSchemeHeaders),
        _Kind(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", "a header is not as HTTP says"),
    ),
    (
        (errors.ParseException,),
        _Kind(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", "the request line is not as HTTP says"),
    ),
)


def answer_unreadable(error: BaseException, reject: Callable[[str, str], None]) -> bytes:
    """The whole reply to a request that failed with ``error``, its line in the log and its count.

    Args:
        error: what was raised while the request was read, or its reply written.
        reject: counts a refusal by route and code.
    """
    kind = next((kind for classes, kind in _KINDS if isinstance(error, classes)), _INTERNAL)
    reject(ROUTE, kind.code)
    request_id = secrets.token_hex(16)
    log_event(
        "request_unreadable",
        "error" if kind is _INTERNAL else "warning",
        status=int(kind.status),
        code=kind.code,
        error=type(error).__name__,
        request_id=request_id,
    )
    if kind is _INTERNAL:
        logging.getLogger(__name__).error("a reply failed outside the application", exc_info=error)
    body = dump_json({"error": kind.sentence, "code": kind.code})
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("X-Request-ID", request_id),
        ("Connection", "close"),
        *DATA,
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {int(kind.status)} {kind.status.phrase}\r\n{head}\r\n".encode() + body
