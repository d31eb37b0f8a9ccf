"""JSON in is strict, JSON out is always valid."""

import contextlib
import json
import re

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.body import dump_json, parse_json, parse_request
from service.errors import InvalidJsonError, InvalidRequestError
from service.feedback.schemas import FeedbackRequest
from service.openinference.schemas import InferRequest
from service.schemas import PredictRequest

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # Lone surrogates are characters of a JSON string too.
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(_VALUES)
def test_what_is_written_is_utf_8_and_reads_back_the_same(value) -> None:
    data = dump_json(value)
    assert json.loads(data.decode("utf-8")) == value
    assert parse_json(data) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [-float("inf")]])
def test_what_is_no_json_number_is_never_written(value) -> None:
    assert dump_json(value) in (b"null", b"[null]")


def test_numpy_numbers_do_not_slip_through_as_strings() -> None:
    """kamalkraj/BERT-NER-TF#13: float32 is not JSON serializable, and str() is no cure."""
    import numpy as np

    with pytest.raises(TypeError):
        dump_json({"p": np.float32(0.5)})


@given(st.binary(max_size=40))
def test_any_bytes_are_json_or_refused(data) -> None:
    with contextlib.suppress(InvalidJsonError):
        parse_json(data)


@given(_VALUES)
def test_any_json_is_a_request_or_refused(value) -> None:
    with contextlib.suppress(InvalidRequestError):
        request = parse_request(PredictRequest, dump_json(value))
        assert (request.text is None) != (request.texts is None)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "Expecting value at line 1, column 1"),
        (b"tru", "Expecting value at line 1, column 1"),
        (b'{"text": "two\nlines"}', "Invalid control character at line 1, column 14"),
        (b'{"text": "open', "Unterminated string starting at line 1, column 10"),
        (b'{"text": "\\', "Unterminated string starting at line 1, column 10"),
        (b'{"text": "\\x"}', "Invalid \\escape at line 1, column 11"),
        (b'{"text": "\\u12"}', "Invalid \\uXXXX escape at line 1, column 12"),
        (b'{"text" "a"}', "Expecting ':' delimiter at line 1, column 9"),
        (b'{"text": "a" "b"}', "Expecting ',' delimiter at line 1, column 14"),
        (b"{'text': 'a'}", "Expecting property name enclosed in double quotes at line 1, column 2"),
        (b"1 2", "Extra data at line 1, column 3"),
        (b"\xef\xbb\xbf\xef\xbb\xbf1", "Unexpected UTF-8 BOM at line 1, column 1"),
        (b"NaN", "NaN is not a JSON number"),
        (b'{"text": -Infinity}', "-Infinity is not a JSON number"),
        (b"[" * 100_000, "its arrays and objects are nested too deeply"),
        (b'{"a":' * 100_000, "its arrays and objects are nested too deeply"),
        (b"1" * 5_000, "one of its integers has too many digits"),
    ],
)
def test_what_is_no_json_is_refused_with_one_sound_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(InvalidJsonError) as refused:
        parse_json(body)
    assert str(refused.value) == f"the body is not JSON: {sentence}"


_MALFORMED_REQUESTS = [
    b'{"text": "a", "text\n": 1}',
    b"[]",
    b"{}",
    b"null",
    b'"a"',
    b'{"text": 1}',
    b'{"text": ["a"]}',
    b'{"text": "a", "texts": ["a"]}',
    b'{"texts": []}',
    b'{"texts": [1]}',
    b'{"texts": [null]}',
    b'{"texts": {"a": 1}}',
    b'{"text": "a", "txt": 1}',
    b'{"text": "a", "top": 0}',
    b'{"text": "a", "top": "x"}',
    b'{"text": "a", "version": "x"}',
    b'{"text": "a", "version": -1}',
    b'{"text": "a", "model": 1}',
    b'{"text": "a", "version": 1, "version_label": "b"}',
    b'{"text": "a',
    b"",
    b"\xff",
]


@pytest.mark.parametrize("route", ["/predict", "/explain", "/v1/models/m:predict", "/v2/models/m/infer"])
def test_no_refusal_repeats_a_word_or_speaks_of_python(client: FlaskClient, route: str) -> None:
    for body in _MALFORMED_REQUESTS:
        reply = client.post(route, data=body, content_type="application/json")
        sentence = reply.get_json()["error"]
        assert reply.status_code < 500, body
        assert not re.search(r"\b(\w+) \1\b|  | [.,:;]|::|^$|None$|Traceback|sys\.|<class", sentence), body


_TENSOR = {"name": "text", "shape": [1], "datatype": "BYTES", "data": ["a"]}
_MANY = 10_000


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (PredictRequest, {"texts": [1] * _MANY}),
        (FeedbackRequest, {"request_id": "a", "labels": [1] * _MANY}),
        (InferRequest, {"inputs": [1] * _MANY}),
        (InferRequest, {"inputs": [_TENSOR] * _MANY}),
        (InferRequest, {"inputs": [_TENSOR | {"shape": ["x"] * _MANY}]}),
        (InferRequest, {"inputs": [_TENSOR], "outputs": [1] * _MANY}),
        (InferRequest, {"inputs": [_TENSOR], "parameters": {str(i): [] for i in range(_MANY)}}),
        (
            InferRequest,
            {
                "inputs": [_TENSOR],
                "outputs": [{"name": "x", "parameters": dict.fromkeys(map(str, range(_MANY)))}],
            },
        ),
    ],
)
def test_of_many_faults_only_the_first_is_kept(schema, value) -> None:
    """A body of 8 MiB holds millions: to collect them took 16 seconds and 4 GB."""
    with pytest.raises(ValidationError) as caught:
        schema.model_validate(value)
    assert caught.value.error_count() == 1


def test_a_request_of_countless_fields_is_refused_before_they_are_checked() -> None:
    with pytest.raises(InvalidRequestError, match="has 10000 fields"):
        parse_request(PredictRequest, dump_json({str(i): 1 for i in range(_MANY)}))
