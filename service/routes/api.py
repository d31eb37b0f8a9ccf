"""The Flask application that documents itself: OpenAPI from the schemas, but bodies read by our own rules."""

import functools
import math
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from flask import Request, Response, g, request
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from flask_openapi3.types import ResponseDict
from gunicorn.http.errors import ParseException
from pydantic import BaseModel, Field
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.routing import BaseConverter

from models.version import engram_version
from service.body import check_type, dump_json, parse_request
from service.errors import InvalidBodyError
from service.handlers import Trace
from service.openinference.tensors import JSON_LENGTH_HEADER, split_body
from service.schemas import ErrorReply


class Api(OpenAPI):
    """flask-openapi3 without its reading of requests, which answers malformed ones with an echo of them."""

    @staticmethod
    def create_view_func(  # type: ignore[no-untyped-def,override]
        func: Callable[..., Response], header, cookie, path, query, form, body, raw, **_: Any
    ) -> Callable[..., Response]:
        """The view: calls ``func`` with the parts of the request that it declares."""

        @functools.wraps(func)
        def view(**url: Any) -> Response:
            # Each look through Flask's proxy costs as much as what it finds.
            asked: Request = request._get_current_object()  # type: ignore[attr-defined]
            arguments: dict[str, BaseModel] = {}
            if path is not None:
                # The URL converters have checked these.
                arguments["path"] = path.model_construct(**url)
            if body is not None:
                data = _read_body(asked)
                if asked.path.startswith("/v2/"):
                    data, g.behind_json = split_body(data, asked.headers.get(JSON_LENGTH_HEADER))
                    # Triton's clients send nothing where they have nothing to say.
                    data = data or b"{}"
                elif not asked.path.startswith("/v1/"):
                    # The servers whose protocols these are do not look at the declared type.
                    check_type(asked.mimetype)
                arguments["body"] = parse_request(body, data)
            return func(**arguments)

        return view

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """``func`` as it is: nothing here is a coroutine, and Flask would look at every call."""
        return func


_NAME = "[^/:]+"
PathName = Annotated[str, Field(pattern=f"^{_NAME}$")]
"""How the name of a model or of a version label is described."""


class ModelName(BaseConverter):
    """A model's name in a path: a colon begins the method behind it."""

    regex = _NAME


def make_api(max_body: int) -> Api:
    """An application without routes; a body may have ``max_body`` bytes."""
    info = Info(title="Engram", version=engram_version(), description="Recurrent networks on text, served.")
    app = Api(
        "service",
        info=info,
        doc_ui=False,
        static_folder=None,
        responses={"default": failure("Any other failure")},
        # Documented as every other error is; ours are never lists.
        validation_error_status="default",
        validation_error_model=ErrorReply,
    )
    # One more than allowed: Werkzeug cuts a chunked body at its limit without a word.
    app.config["MAX_CONTENT_LENGTH"] = max_body + 1
    app.url_map.converters["model"] = ModelName
    # A doubled slash is another path, not a redirect.
    app.url_map.merge_slashes = False
    return app


def reply(body: dict[str, Any] | list[Any], status: int = 200) -> Response:
    """A JSON reply."""
    return Response(dump_json(body), status, mimetype="application/json")


def replies(success: type[BaseModel], *failures: int) -> ResponseDict:
    """What a route documents: its reply and the statuses it fails with."""
    documented: ResponseDict = {200: success}
    for status in failures:
        documented[status] = failure(HTTPStatus(status).phrase)
    return documented


def trace() -> Trace:
    """What is known of the request being answered."""
    found: Trace = g.trace
    return found


def _read_body(asked: Request) -> bytes:
    try:
        data = asked.get_data(cache=False)
    except ParseException as error:
        # Not its text, which quotes the body.
        raise InvalidBodyError("the body is not chunked as HTTP says; where it ends is unknown") from error
    if len(data) >= (asked.max_content_length or math.inf):
        raise RequestEntityTooLarge
    return data


def failure(description: str) -> dict[str, Any]:
    """What is documented of an error reply: a reference, as its schema is made once."""
    schema = {"$ref": f"#/components/schemas/{ErrorReply.__name__}"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
