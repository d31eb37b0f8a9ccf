"""Reads and writes JSON bodies: strict on the way in, always valid on the way out."""

import json
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from service.errors import InvalidJsonError, InvalidRequestError, UnsupportedTypeError

Request = TypeVar("Request", bound=BaseModel)

# Far more than any has: each that is unknown would be a fault of its own, found and kept.
_MOST_FIELDS = 1000

# What curl declares where the caller declares nothing.
_FORM = "application/x-www-form-urlencoded"


def check_type(mimetype: str) -> None:
    """Accepts JSON, no type at all, and curl's default.

    Raises:
        UnsupportedTypeError: another type is declared.
    """
    if mimetype not in ("", "application/json", _FORM) and not mimetype.endswith("+json"):
        raise UnsupportedTypeError(f"the body is declared as {mimetype!r}; send application/json")


def parse_json(data: bytes) -> Any:
    """The value of a JSON document in UTF-8. NaN and Infinity are no JSON.

    Raises:
        InvalidJsonError: ``data`` is something else.
    """
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise InvalidJsonError(f"the body is not UTF-8: byte {error.start} cannot be decoded") from None
    except json.JSONDecodeError as error:
        # Some of Python's messages end with "at" themselves, one with advice to its programmer.
        what = error.msg.partition(" (")[0].removesuffix(" at")
        where = f"line {error.lineno}, column {error.colno}"
        raise InvalidJsonError(f"the body is not JSON: {what} at {where}") from None
    except RecursionError:
        raise InvalidJsonError("the body is not JSON: its arrays and objects are nested too deeply") from None
    except ValueError:
        # Python converts no longer ones; its sentence is about a setting of Python.
        raise InvalidJsonError("the body is not JSON: one of its integers has too many digits") from None


def parse_request(schema: type[Request], data: bytes) -> Request:
    """The request in a JSON body.

    Raises:
        InvalidJsonError: the body is no JSON.
        InvalidRequestError: it is not what ``schema`` says; the message names the place and never the value.
    """
    value = parse_json(data)
    if isinstance(value, dict) and len(value) > _MOST_FIELDS:
        raise InvalidRequestError(f"the request has {len(value)} fields; no request has over {_MOST_FIELDS}")
    try:
        return schema.model_validate(value)
    except ValidationError as error:
        raise InvalidRequestError(_sentence(error)) from None


def dump_json(value: Any) -> bytes:
    """``value`` as compact UTF-8 JSON; a lone surrogate is escaped, NaN and infinity become null."""
    try:
        return to_json(value, inf_nan_mode="null")
    except PydanticSerializationError:
        # It is ten times as fast, but does not know lone surrogates.
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidJsonError(f"the body is not JSON: {name} is not a JSON number")


def _sentence(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    first = problems[0]
    message = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return message if first["type"] == "value_error" else "the request must be a JSON object"
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"there is no field {place!r} in this request"
    return f"{place!r}: {message[0].lower()}{message[1:]}"
