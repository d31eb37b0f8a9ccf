"""JSON values of a request that stand for a text."""

import base64
import binascii
from typing import Any

from service.errors import InvalidRequestError


def read_text(value: Any) -> str:
    """A string as it is, or the UTF-8 of ``{"b64": ...}``.

    Raises:
        InvalidRequestError: it is something else.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and set(value) == {"b64"} and isinstance(value["b64"], str):
        try:
            return base64.b64decode(value["b64"], validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError, ValueError) as error:
            raise InvalidRequestError("a 'b64' value must be the base64 of UTF-8 text") from error
    raise InvalidRequestError(
        f'a text must be a string or {{"b64": base64 of UTF-8 text}}, not {_kind(value)}'
    )


def filled(values: list[Any], key: str) -> list[Any]:
    """``values``, of which there must be one at least.

    Raises:
        InvalidRequestError: there is none.
    """
    if not values:
        raise InvalidRequestError(f"No values in '{key}' array")
    return values


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "that")
