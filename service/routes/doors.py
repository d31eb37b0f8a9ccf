"""What stands before every route: who may ask, from which pages, and headers that keep browsers careful."""

from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Request, Response
from werkzeug.datastructures import Headers

from service.access import Access, Caller
from service.headers import CAREFUL, DATA, PAGE
from service.settings import Settings

# Anyone may ask whether the service lives and how it is asked.
_OPEN = {"/", "/docs", "/openapi.json", "/healthz", "/readyz", "/v2/health/live", "/v2/health/ready"}
_OPEN_PREFIX = ("/swagger", "/page/")
# Behind these only the holder of the admin token may do anything.
_ADMIN_PREFIX = "/admin/"
_ADMIN_RULES = {"/v2/repository/models/<model:name>/load", "/v2/repository/models/<model:name>/unload"}
_PREFLIGHT = [
    ("Access-Control-Allow-Methods", "GET, POST, DELETE"),
    ("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Request-ID, traceparent, tracestate"),
    ("Access-Control-Max-Age", "600"),
]
_EXPOSED = "X-Request-ID, Retry-After"


class Doors:
    """The checks before a view and the headers after it."""

    def __init__(self, settings: Settings, access: Access) -> None:
        self._access = access
        self._origins = settings.origins

    def answer_preflight(self, asked: Request) -> Response | None:
        """The reply to a browser that asks whether a page may ask; None for every other request."""
        if asked.method != "OPTIONS" or not self._origins:
            return None
        if "HTTP_ACCESS_CONTROL_REQUEST_METHOD" not in asked.environ or not self._allowed(asked):
            return None
        return Response(status=204, headers=Headers(_PREFLIGHT))

    def admit(self, asked: Request) -> Caller | None:
        """Who asks; None where nobody has to say.

        Raises:
            RequestError: they may not.
        """
        rule = asked.url_rule
        if self._access.open or (rule is not None and is_open(rule.rule)):
            return None
        environ = asked.environ
        return self._access.admit(environ.get("HTTP_AUTHORIZATION", ""), environ.get("REMOTE_ADDR", ""))

    def check_admin(self, asked: Request) -> None:
        """Lets nobody but the holder of the admin token to what changes the service.

        Before the body is read: what is wrong with it is nobody else's business.

        Raises:
            AdminTokenError: the request does not carry it.
        """
        rule = asked.url_rule
        if rule is not None and needs_admin(rule.rule):
            self._access.require_admin(asked.environ.get("HTTP_AUTHORIZATION", ""))

    def finish(self, asked: Request, response: Response) -> None:
        """Tells a browser whether the page that asked may read the reply."""
        if self._origins:
            response.headers.add_header("Vary", "Origin")
            if self._allowed(asked):
                response.headers["Access-Control-Allow-Origin"] = asked.environ["HTTP_ORIGIN"]
                response.headers["Access-Control-Expose-Headers"] = _EXPOSED

    def _allowed(self, asked: Request) -> bool:
        origin = asked.environ.get("HTTP_ORIGIN")
        return origin is not None and ("*" in self._origins or origin in self._origins)


def is_open(rule: str) -> bool:
    """Whether anyone may ask what stands there."""
    return rule in _OPEN or rule.startswith(_OPEN_PREFIX)


def needs_admin(rule: str) -> bool:
    """Whether only the holder of the admin token may ask what stands there."""
    return rule.startswith(_ADMIN_PREFIX) or rule in _ADMIN_RULES


def careful(app: WSGIApplication) -> WSGIApplication:
    """``app`` with headers on every reply that keep browsers careful.

    Here and not in Flask, where each header costs as much as all of them here.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], error: Any = None, /) -> Any:
            as_page, has_policy = False, False
            for name, value in headers:
                if name == "Content-Type":
                    as_page = value.startswith("text/html")
                elif name == "Cache-Control":
                    # A file of a page, which says itself how long it may be kept.
                    as_page = True
                elif name == "Content-Security-Policy":
                    has_policy = True
                    break
            headers += CAREFUL if has_policy else PAGE if as_page else DATA
            return start_response(status, headers, error)

        return app(environ, start)

    return answer
