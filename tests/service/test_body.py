"""JSON in is strict, JSON out is always valid."""

import contextlib
import json

import pytest
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
