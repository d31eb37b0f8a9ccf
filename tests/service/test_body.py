"""JSON in is strict, JSON out is always valid."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.body import dump_json, parse_json, parse_request
from service.errors import InvalidJsonError, InvalidRequestError
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
