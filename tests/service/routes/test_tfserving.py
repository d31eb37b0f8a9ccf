"""TensorFlow Serving's REST API, shape by shape and status by status."""

import base64
import json

import pytest


@pytest.fixture
def predict(client):
    def call(body, path="/v1/models/reviews:predict", **kwargs):
        return client.post(path, data=body if isinstance(body, bytes) else json.dumps(body), **kwargs)

    return call


def error(response) -> tuple[int, str]:
    body = response.get_json()
    assert set(body) == {"error", "code"}
    return response.status_code, body["error"]


def test_rows_give_an_object_a_text(predict) -> None:
    body = predict({"instances": ["good", "bad film"]}).get_json()
    assert list(body) == ["predictions"]
    for row in body["predictions"]:
        assert set(row) == {"probabilities", "label", "confidence"}
        assert len(row["probabilities"]) == 2
        assert row["confidence"] == max(row["probabilities"])
        assert row["label"] == ["negative", "positive"][row["probabilities"].index(row["confidence"])]


def test_columns_give_a_list_an_output(predict) -> None:
    rows = predict({"instances": ["good", "bad film"]}).get_json()["predictions"]
    for inputs in (["good", "bad film"], {"text": ["good", "bad film"]}):
        body = predict({"inputs": inputs}).get_json()
        assert list(body) == ["outputs"]
        assert body["outputs"] == {name: [row[name] for row in rows] for name in rows[0]}


def test_the_answers_are_those_of_the_native_call(client, predict) -> None:
    native = client.post("/predict", data=json.dumps({"text": "a good film"})).get_json()["predictions"][0]
    (row,) = predict({"instances": ["a good film"]}).get_json()["predictions"]
    assert row["label"] == native["label"]
    assert row["probabilities"] == [native["probabilities"][label] for label in ("negative", "positive")]


def test_texts_may_be_named_or_base64(predict) -> None:
    encoded = {"b64": base64.b64encode("好 film".encode()).decode()}
    expected = predict({"instances": ["好 film"]}).get_json()
    assert predict({"instances": [encoded]}).get_json() == expected
    assert predict({"instances": [{"text": "好 film"}]}).get_json() == expected
    assert predict({"instances": [{"text": encoded}]}).get_json() == expected
    assert predict({"inputs": {"text": [encoded]}}).status_code == 200


def test_a_model_with_one_output_gives_bare_values(store, make_client) -> None:
    store.add("topics", 1, task="multilabel")
    call = make_client().post
    by_row = call("/v1/models/topics:predict", data=json.dumps({"instances": ["good", "bad"]})).get_json()
    by_column = call("/v1/models/topics:predict", data=json.dumps({"inputs": ["good", "bad"]})).get_json()
    assert [len(row) for row in by_row["predictions"]] == [2, 2]
    assert by_column == {"outputs": by_row["predictions"]}


def test_a_version_can_be_named(predict) -> None:
    assert predict({"instances": ["a"]}, "/v1/models/reviews/versions/1:predict").status_code == 200
    assert error(predict({"instances": ["a"]}, "/v1/models/reviews/versions/7:predict")) == (
        404,
        "Servable not found for request: Specific(reviews, 7)",
    )
    assert error(predict({"instances": ["a"]}, "/v1/models/half:predict")) == (
        404,
        "Servable not found for request: Latest(half)",
    )
    assert error(predict({"instances": ["a"]}, "/v1/models/reviews/labels/stable:predict")) == (
        400,
        "Unrecognized servable version label: stable",
    )


def test_the_signature_may_be_named(predict) -> None:
    assert predict({"signature_name": "serving_default", "instances": ["a"]}).status_code == 200
    assert predict({"signature_name": "", "instances": ["a"]}).status_code == 200
    assert error(predict({"signature_name": "other", "instances": ["a"]})) == (
        400,
        'Serving signature name: "other" not found in signature def',
    )


def test_unknown_keys_and_declared_types_are_ignored_as_there(predict) -> None:
    assert predict({"instances": ["a"], "x": 1}, content_type="text/plain").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"instances": [NaN]}',
        b'{"instances": ["\xff"]}',
        b"[]",
        b"{}",
        b'{"instances": []}',
        b'{"instances": "a"}',
        b'{"instances": [1]}',
        b'{"instances": [true]}',
        b'{"instances": [null]}',
        b'{"instances": [["a"]]}',
        b'{"instances": [{"other": "a"}]}',
        b'{"instances": [{"text": "a", "other": "b"}]}',
        b'{"instances": [{"b64": "*"}]}',
        b'{"instances": [{"b64": "/w=="}]}',
        b'{"instances": [{"b64": 1}]}',
        b'{"instances": ["a"], "inputs": ["a"]}',
        b'{"inputs": "a"}',
        b'{"inputs": []}',
        b'{"inputs": {"text": "a"}}',
        b'{"inputs": {"other": ["a"]}}',
        b'{"signature_name": 1, "instances": ["a"]}',
    ],
)
def test_what_is_no_predict_request_is_400(predict, body) -> None:
    assert error(predict(body))[0] == 400


def test_limits_are_400_as_invalid_arguments_are(predict) -> None:
    assert predict({"instances": ["a"] * 11}).status_code == 400
    assert predict({"instances": ["a" * 1001]}).status_code == 400


def test_the_status_lists_versions_as_strings(client) -> None:
    assert client.get("/v1/models/reviews").get_json() == {
        "model_version_status": [
            {"version": "1", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
        ]
    }
    assert client.get("/v1/models/reviews/versions/1").status_code == 200


def test_the_status_of_what_is_not_there_is_404(client) -> None:
    assert error(client.get("/v1/models/half")) == (404, "Could not find any versions of model half")
    assert error(client.get("/v1/models/reviews/versions/9")) == (
        404,
        "Could not find version 9 of model reviews",
    )
    assert error(client.get("/v1/models/reviews/labels/x")) == (400, "Unrecognized servable version label: x")
    assert error(client.get("/v1/models")) == (400, "Missing model name in request.")


def test_a_refused_version_has_ended_and_says_why(store, make_client) -> None:
    store.add("reviews", 1)
    store.add("reviews", 2, fail="golden example 1 answers 0.3 away from what was saved")
    statuses = make_client().get("/v1/models/reviews").get_json()["model_version_status"]
    assert [(each["version"], each["state"]) for each in statuses] == [("2", "END"), ("1", "AVAILABLE")]
    assert statuses[0]["status"]["error_code"] != "OK"
    assert "golden example 1" in statuses[0]["status"]["error_message"]


def test_the_metadata_describes_the_signature(client) -> None:
    body = client.get("/v1/models/reviews/metadata").get_json()
    assert body["model_spec"] == {"name": "reviews", "signature_name": "", "version": "1"}
    signature = body["metadata"]["signature_def"]["signature_def"]["serving_default"]
    assert signature["inputs"]["text"]["dtype"] == "DT_STRING"
    assert {name: each["dtype"] for name, each in signature["outputs"].items()} == {
        "probabilities": "DT_FLOAT",
        "label": "DT_STRING",
        "confidence": "DT_FLOAT",
    }
    # Every one of them is answered; "ids", which the folder of the model also has, is not.
    assert set(body["metadata"]["signature_def"]["signature_def"]) == {
        "serving_default",
        "classify",
        "regress",
    }
    refused = {"signature_name": "ids", "instances": ["a"]}
    assert client.post("/v1/models/reviews:predict", json=refused).status_code == 400
    assert [dim["size"] for dim in signature["outputs"]["probabilities"]["tensor_shape"]["dim"]] == [
        "-1",
        "2",
    ]
    assert client.get("/v1/models/reviews/versions/1/metadata").get_json() == body
    assert client.get("/v1/models/half/metadata").status_code == 404
    assert client.get("/v1/models/reviews/labels/x/metadata").status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/models/reviews:predict"),
        ("POST", "/v1/models/reviews"),
        ("POST", "/v1/models/reviews:unknown"),
        ("POST", "/v1/models/reviews/versions/one:predict"),
        ("GET", "/v1/nothing"),
    ],
)
def test_a_path_or_method_it_cannot_read_is_a_malformed_request(client, method, path) -> None:
    assert error(client.open(path, method=method)) == (400, f"Malformed request: {method} {path}")


def test_nothing_loaded_yet_is_unavailable(make_client) -> None:
    response = make_client().post("/v1/models/reviews:predict", data='{"instances": ["a"]}')
    assert response.status_code == 503


@pytest.mark.parametrize(
    "path",
    [
        "/V1/models/reviews:PREDICT",
        "/v1/Models/reviews:Predict",
        "/v1/models/reviews/VERSIONS/1:predict",
    ],
)
def test_a_path_is_read_in_any_case(predict, path) -> None:
    body = {"instances": ["good"]}
    reply = predict(body, path, content_type="text/plain")
    assert (reply.status_code, reply.get_json()) == (200, predict(body).get_json())


def test_facts_are_found_in_any_case(client) -> None:
    for path in ("/v1/models/reviews", "/v1/models/reviews/versions/1", "/v1/models/reviews/metadata"):
        shouted = path.upper().replace("REVIEWS", "reviews")
        assert client.get(shouted).get_json() == client.get(path).get_json()


def test_a_name_has_one_case(client, predict) -> None:
    assert predict({"instances": ["good"]}, "/V1/models/Reviews:PREDICT").status_code == 404
    assert client.get("/V1/models/REVIEWS").status_code == 404


def test_no_other_path_has_any_case(client) -> None:
    assert client.get("/V2/models/reviews").status_code == 404
    assert client.post("/Predict", data='{"text": "good"}').status_code == 404
