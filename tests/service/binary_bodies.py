"""Requests for the Open Inference Protocol with texts as bytes behind the JSON, generated."""

import json
import struct

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case

from service.openinference.tensors import JSON_LENGTH_HEADER

TYPE = "application/octet-stream"


def binary_body(texts: list[str], binary_output: bool) -> bytes:
    """A request for the answers to ``texts``; its JSON is ASCII."""
    encoded = [text.encode() for text in texts]
    tensors = b"".join(struct.pack("<I", len(text)) + text for text in encoded)
    tensor = {
        "name": "text",
        "shape": [len(texts)],
        "datatype": "BYTES",
        "parameters": {"binary_data_size": len(tensors)},
    }
    head = {"inputs": [tensor], "parameters": {"binary_data_output": binary_output}}
    return json.dumps(head).encode() + tensors


def register() -> None:
    """Lets schemathesis generate such bodies."""
    texts = st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=5)
    schemathesis.openapi.media_type(TYPE, st.builds(binary_body, texts, st.booleans()))


def tell_length(case: Case) -> None:
    """Sends along how long the JSON of the body is where bytes follow it, and nothing else."""
    case.headers.pop(JSON_LENGTH_HEADER, None)
    if case.media_type == TYPE and isinstance(case.body, bytes):
        _, length = json.JSONDecoder().raw_decode(case.body.decode("latin-1"))
        case.headers[JSON_LENGTH_HEADER] = str(length)
