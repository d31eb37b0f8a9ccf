"""Every example of TensorFlow Serving's REST page (g3doc/api_rest.md), with texts as inputs.

``TEXT`` stands for any string, ``P`` for any probability.
"""

import base64
import json
from typing import Any

import pytest

P = "a probability"
TEXT = "a string"
ROW = {"probabilities": [P, P], "label": TEXT, "confidence": P}
PAIRS = [["negative", P], ["positive", P]]
B64 = {"b64": base64.b64encode("好 film".encode()).decode()}
NOT_FOUND = {"error": "Servable not found for request: Latest(half)", "code": "MODEL_NOT_FOUND"}
PREDICT, CLASSIFY, REGRESS = (f"/v1/models/reviews:{call}" for call in ("predict", "classify", "regress"))
TENSOR = {"dtype": TEXT, "tensor_shape": {"dim": ..., "unknown_rank": False}, "name": TEXT}
STATUS = {
    "model_version_status": [
        {"version": "1", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    ]
}

CASES: list[tuple[str, str, Any, int, Any]] = [
    ("model status", "/v1/models/reviews", None, 200, STATUS),
    ("status of a version", "/v1/models/reviews/versions/1", None, 200, STATUS),
    (
        "metadata",
        "/v1/models/reviews/metadata",
        None,
        200,
        {
            "model_spec": {"name": "reviews", "signature_name": "", "version": "1"},
            "metadata": {
                "signature_def": {
                    "signature_def": {
                        "serving_default": {
                            "inputs": {"text": TENSOR},
                            "outputs": {"probabilities": TENSOR, "confidence": TENSOR, "label": TENSOR},
                            "method_name": "tensorflow/serving/predict",
                            "defaults": {},
                        },
                        "classify": {
                            "inputs": {"inputs": TENSOR},
                            "outputs": {"classes": TENSOR, "scores": TENSOR},
                            "method_name": "tensorflow/serving/classify",
                            "defaults": {},
                        },
                        "regress": {
                            "inputs": {"inputs": TENSOR},
                            "outputs": {"outputs": TENSOR},
                            "method_name": "tensorflow/serving/regress",
                            "defaults": {},
                        },
                    }
                }
            },
        },
    ),
    (
        "classify",
        CLASSIFY,
        {"signature_name": "classify", "examples": [{"text": "good"}, {"text": "bad"}]},
        200,
        {"results": [PAIRS, PAIRS]},
    ),
    (
        "a value may be a list",
        CLASSIFY,
        {"examples": [{"text": ["good"]}]},
        200,
        {"results": [PAIRS]},
    ),
    (
        "a common context, and features that the model does not use",
        CLASSIFY,
        {"context": {"text": "good"}, "examples": [{"age": 3}, {"sizes": [1.5, 2]}]},
        200,
        {"results": [PAIRS, PAIRS]},
    ),
    (
        "binary and other features",
        CLASSIFY,
        {"signature_name": "classify", "examples": [{"text": B64, "caption": "seaside"}, {"text": B64}]},
        200,
        {"results": [PAIRS, PAIRS]},
    ),
    (
        "regress",
        REGRESS,
        {"signature_name": "regress", "examples": [{"text": "good"}, {"text": "bad"}]},
        200,
        {"results": [P, P]},
    ),
    (
        "rows of the only input",
        PREDICT,
        {"instances": ["foo", "bar", "baz"]},
        200,
        {"predictions": [ROW, ROW, ROW]},
    ),
    (
        "rows of named inputs",
        PREDICT,
        {"instances": [{"text": "foo"}, {"text": B64}]},
        200,
        {"predictions": [ROW, ROW]},
    ),
    (
        "columns of named inputs",
        PREDICT,
        {"inputs": {"text": ["foo", "bar"]}},
        200,
        {"outputs": {"probabilities": [[P, P], [P, P]], "label": [TEXT, TEXT], "confidence": [P, P]}},
    ),
    (
        "a column of the only input",
        PREDICT,
        {"signature_name": "serving_default", "inputs": ["foo"]},
        200,
        {"outputs": {"probabilities": [[P, P]], "label": [TEXT], "confidence": [P]}},
    ),
    ("predict, model not there", "/v1/models/half:predict", {"instances": ["foo"]}, 404, NOT_FOUND),
    ("classify, model not there", "/v1/models/half:classify", {"examples": [{"text": "a"}]}, 404, NOT_FOUND),
]


def assert_shape(found: Any, expected: Any) -> None:
    if expected is ...:
        return
    if expected == P:
        assert isinstance(found, float)
        assert 0 <= found <= 1
    elif expected == TEXT:
        assert isinstance(found, str)
        assert found
    elif isinstance(expected, dict):
        assert list(found) == list(expected) or set(found) == set(expected)
        for key in expected:
            assert_shape(found[key], expected[key])
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_shape(one, other)
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("path", "body", "status", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_an_example_of_the_page_has_the_documented_shape(client, path, body, status, expected) -> None:
    response = client.get(path) if body is None else client.post(path, data=json.dumps(body))
    assert response.status_code == status
    assert response.content_type == "application/json"
    assert_shape(response.get_json(), expected)


@pytest.fixture
def post(client):
    return lambda path, body: client.post(path, data=json.dumps(body))


def test_classify_and_regress_give_the_probabilities_of_predict(post) -> None:
    (row,) = post(PREDICT, {"instances": ["a good film"]}).get_json()["predictions"]
    (pairs,) = post(CLASSIFY, {"examples": [{"text": "a good film"}]}).get_json()["results"]
    (number,) = post(REGRESS, {"examples": [{"text": "a good film"}]}).get_json()["results"]
    assert [score for _, score in pairs] == row["probabilities"]
    assert number == row["probabilities"][1]


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        (CLASSIFY, {}, "'examples': field required"),
        (CLASSIFY, {"examples": []}, "No values in 'examples' array"),
        (CLASSIFY, {"examples": "a"}, "'examples': input should be a valid list"),
        (CLASSIFY, {"examples": ["a"]}, "Example must be a JSON object"),
        (CLASSIFY, {"examples": [{"other": "a"}]}, "an example has no feature 'text'"),
        (CLASSIFY, {"examples": [{"text": 1}]}, None),
        (CLASSIFY, {"examples": [{"text": ["a", "b"]}]}, "feature 'text' must have one value, not 2"),
        (CLASSIFY, {"examples": [{"text": []}]}, "feature 'text' must have one value, not 0"),
        (
            CLASSIFY,
            {"context": {"text": "a"}, "examples": [{"text": "b"}]},
            "feature 'text' is in both, the context and an example",
        ),
        (
            CLASSIFY,
            {"signature_name": "other", "examples": [{"text": "a"}]},
            "No signature was found with the name: other",
        ),
        (
            CLASSIFY,
            {"signature_name": "serving_default", "examples": [{"text": "a"}]},
            "Expected classification signature method_name to be tensorflow/serving/classify. "
            "Was: tensorflow/serving/predict",
        ),
        (
            REGRESS,
            {"signature_name": "classify", "examples": [{"text": "a"}]},
            "Expected regression signature method_name to be tensorflow/serving/regress. "
            "Was: tensorflow/serving/classify",
        ),
    ],
)
def test_what_is_no_list_of_examples_is_400(post, path, body, message) -> None:
    response = post(path, body)
    assert response.status_code == 400
    assert message in (None, response.get_json()["error"])
    assert response.get_json()["code"] == "INVALID_REQUEST"


def test_what_is_no_number_cannot_be_regressed(store, make_client) -> None:
    store.add("topics", 1, task="multilabel")
    client = make_client()
    body = json.dumps({"examples": [{"text": "a"}]})
    refused = client.post("/v1/models/topics:regress", data=body)
    assert (refused.status_code, refused.get_json()["error"]) == (
        400,
        "No signature was found with the name: regress",
    )
    assert client.post("/v1/models/topics:classify", data=body).status_code == 200
    signatures = client.get("/v1/models/topics/metadata").get_json()["metadata"]["signature_def"]
    assert set(signatures["signature_def"]) == {"serving_default", "classify"}
