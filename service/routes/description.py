"""What holds for every call, added to the description of each: who may ask, and the errors of the doors."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from service.errors import RequestError
from service.routes.api import Api, failure
from service.routes.doors import is_open

_KEY = "key"
_ADMIN = "/admin/"
_DOORS = (401, 429)
_SENDING = (400, 408, 413)
_SCHEMES = {
    _KEY: {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key where the service has a file of keys; for /admin the admin token.",
    }
}


def describe(app: Api) -> dict[str, Any]:
    """The OpenAPI document of all routes."""
    document: dict[str, Any] = app.api_doc
    components = document["components"]
    components["securitySchemes"] = _SCHEMES
    components["schemas"]["ErrorReply"]["properties"]["code"]["examples"] = sorted(error_codes())
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _add(path, operation)
    return document


def error_codes(error: type[RequestError] = RequestError) -> Iterator[str]:
    """The code of every cause a request can fail with."""
    yield error.code
    for special in error.__subclasses__():
        yield from error_codes(special)


def _add(path: str, operation: dict[str, Any]) -> None:
    statuses: list[int] = []
    if is_open(path):
        operation["security"] = []
    else:
        # Nobody is asked where there is no file of keys, but always before what changes the service.
        operation["security"] = [{_KEY: []}] if path.startswith(_ADMIN) else [{_KEY: []}, {}]
        statuses += _DOORS
    if "requestBody" in operation:
        statuses += _SENDING
    for status in [*statuses, 500]:
        operation["responses"].setdefault(str(status), failure(HTTPStatus(status).phrase))
    operation["responses"] = dict(sorted(operation["responses"].items()))
