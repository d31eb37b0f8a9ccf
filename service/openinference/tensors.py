"""Tensors as they travel: JSON, or bytes behind the JSON (the binary tensor data extension of Triton)."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from service.errors import InvalidRequestError
from service.openinference.schemas import InputTensor

BINARY_SIZE = "binary_data_size"
# How many bytes of a body are JSON; the rest are tensors.
JSON_LENGTH_HEADER = "Inference-Header-Content-Length"

_NUMPY = {"FP32": "<f4", "INT32": "<i4", "BOOL": "?"}


@dataclass(frozen=True, slots=True)
class Tensor:
    """Values of one output; ``values`` has a list a row where ``shape`` has two dimensions."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    values: Sequence[Any]

    def as_json(self) -> dict[str, Any]:
        """The tensor with its data, flat."""
        flat = [value for row in self.values for value in row] if len(self.shape) == 2 else list(self.values)
        return self._head() | {"data": flat}

    def as_binary(self) -> tuple[dict[str, Any], bytes]:
        """The tensor without its data, and these."""
        if self.datatype == "BYTES":
            data = b"".join(_prefixed(value) for value in self.values)
        else:
            data = np.asarray(self.values, dtype=_NUMPY[self.datatype]).tobytes()
        return self._head() | {"parameters": {BINARY_SIZE: len(data)}}, data

    def _head(self) -> dict[str, Any]:
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.shape)}


def split_body(body: bytes, json_length: str | None) -> tuple[bytes, bytes]:
    """The JSON of a body, and the tensors behind it.

    Args:
        json_length: what the header said; None where it was not sent.

    Raises:
        InvalidRequestError: it is no length, or longer than the body.
    """
    if json_length is None:
        return body, b""
    if not (json_length.isascii() and json_length.isdecimal()) or int(json_length) > len(body):
        raise InvalidRequestError(f"{JSON_LENGTH_HEADER} must be a number of bytes within the body")
    return body[: int(json_length)], body[int(json_length) :]


def read_texts(tensor: InputTensor, binary: bytes) -> list[str]:
    """The texts of a BYTES tensor of shape [n] or [n, 1].

    Args:
        binary: what came behind the JSON.

    Raises:
        InvalidRequestError: it is another tensor, its data do not fit its shape, or are no UTF-8.
    """
    name, shape = tensor.name, tensor.shape
    if tensor.datatype != "BYTES":
        raise InvalidRequestError(f"input {name!r} must have the datatype BYTES, not {tensor.datatype}")
    if not shape or len(shape) > 2 or shape[0] < 1 or shape[1:] not in ([], [1]):
        raise InvalidRequestError(f"input {name!r} must have the shape [n] or [n,1], not {shape}")
    size = tensor.parameters.get(BINARY_SIZE)
    if (size is None) == (tensor.data is None):
        raise InvalidRequestError(f"input {name!r} must have either 'data' or the parameter {BINARY_SIZE}")
    texts = _from_json(name, tensor.data) if tensor.data is not None else _from_binary(name, size, binary)
    if len(texts) != shape[0]:
        raise InvalidRequestError(f"input {name!r} has the shape {shape} and {len(texts)} texts")
    return texts


def _from_json(name: str, data: list[Any]) -> list[str]:
    flat = []
    for value in data:
        while isinstance(value, list) and len(value) == 1:
            (value,) = value
        if not isinstance(value, str):
            raise InvalidRequestError(f"the data of input {name!r} must be strings")
        flat.append(value)
    return flat


def _from_binary(name: str, size: object, binary: bytes) -> list[str]:
    if type(size) is not int or size != len(binary):
        raise InvalidRequestError(
            f"{BINARY_SIZE} of input {name!r} is {size}, but {len(binary)} bytes follow the JSON"
        )
    texts = []
    place = 0
    while place < size:
        end = place + 4
        if end <= size:
            end += struct.unpack_from("<I", binary, place)[0]
        if end > size or place + 4 > size:
            raise InvalidRequestError(f"the binary data of input {name!r} end within a text")
        try:
            texts.append(binary[place + 4 : end].decode("utf-8"))
        except UnicodeDecodeError:
            raise InvalidRequestError(f"text {len(texts) + 1} of input {name!r} is no UTF-8") from None
        place = end
    return texts


def _prefixed(value: str) -> bytes:
    # A lone surrogate has no UTF-8.
    data = value.encode("utf-8", "replace")
    return struct.pack("<I", len(data)) + data
