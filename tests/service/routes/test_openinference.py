"""The Open Inference Protocol, shape by shape, and the binary extension byte by byte."""

import json
import struct
import threading
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from service.app import create_app

TOKEN = "0123456789abcdef" * 2
INFER = "/v2/models/reviews/infer"
TEXTS = ["good", "bad film 好"]
OUTPUTS = {
    "probabilities": ("FP32", [-1, 2]),
    "label": ("BYTES", [-1]),
    "confidence": ("FP32", [-1]),
    "margin": ("FP32", [-1]),
    "abstained": ("BOOL", [-1]),
    "tokens": ("INT32", [-1]),
    "unknown_tokens": ("INT32", [-1]),
    "truncated": ("BOOL", [-1]),
}


def tensor(texts: list[str] = TEXTS, **changes: Any) -> dict[str, Any]:
    return {"name": "text", "shape": [len(texts)], "datatype": "BYTES", "data": texts} | changes


def prefixed(texts: list[str]) -> bytes:
    return b"".join(struct.pack("<I", len(text.encode())) + text.encode() for text in texts)


@pytest.fixture
def post(client):
    return lambda body, path=INFER, **more: client.post(path, data=json.dumps(body), **more)


@pytest.fixture
def native(client):
    reply = client.post("/predict", data=json.dumps({"texts": TEXTS}))
    return reply.get_json()["predictions"]


@pytest.fixture
def post_binary(client):
    def call(head: dict[str, Any], tensors: bytes, length: int | str | None = None):
        data = json.dumps(head).encode()
        headers = {"Inference-Header-Content-Length": str(len(data) if length is None else length)}
        return client.post(
            INFER, data=data + tensors, headers=headers, content_type="application/octet-stream"
        )

    return call


def test_the_server_describes_itself(client) -> None:
    body = client.get("/v2").get_json()
    assert (body["name"], body["extensions"]) == ("engram", ["binary_tensor_data", "model_repository"])
    assert isinstance(body["version"], str)
    assert client.get("/v2/health/live").get_json() == {"live": True}
    assert client.get("/v2/health/ready").get_json() == {"live": True, "ready": True}


def test_nothing_is_ready_without_a_model(make_client) -> None:
    reply = make_client().get("/v2/health/ready")
    assert (reply.status_code, reply.get_json()) == (503, {"live": True, "ready": False})


def test_a_model_says_what_it_takes_and_gives(client) -> None:
    body = client.get("/v2/models/reviews").get_json()
    assert body == {
        "name": "reviews",
        "versions": ["1"],
        "platform": "tensorflow_savedmodel",
        "inputs": [{"name": "text", "datatype": "BYTES", "shape": [-1]}],
        "outputs": [
            {"name": name, "datatype": datatype, "shape": shape}
            for name, (datatype, shape) in OUTPUTS.items()
        ],
    }
    assert client.get("/v2/models/reviews/versions/1").get_json() == body
    for path in ("/v2/models/reviews/ready", "/v2/models/reviews/versions/1/ready"):
        assert client.get(path).get_json() == {"name": "reviews", "ready": True}
    missing = client.get("/v2/models/reviews/versions/9/ready")
    assert (missing.status_code, missing.get_json()) == (503, {"name": "reviews", "ready": False})
    for path in ("/v2/models/x", "/v2/models/x/ready", "/v2/models/reviews/versions/9"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("shape", "data"), [([2], TEXTS), ([2, 1], TEXTS), ([2, 1], [[text] for text in TEXTS])]
)
def test_texts_are_answered_as_predict_answers_them(post, native, shape, data) -> None:
    reply = post({"id": "42", "inputs": [tensor(shape=shape, data=data)]})
    assert reply.status_code == 200
    body = reply.get_json()
    assert {name: body[name] for name in ("id", "model_name", "model_version")} == {
        "id": "42",
        "model_name": "reviews",
        "model_version": "1",
    }
    outputs = {each["name"]: each for each in body["outputs"]}
    assert list(outputs) == list(OUTPUTS)
    assert outputs["probabilities"]["shape"] == [2, 2]
    assert outputs["probabilities"]["data"] == [
        each["probabilities"][label] for each in native for label in ("negative", "positive")
    ]
    for name in ("label", "confidence", "margin", "abstained", "tokens", "truncated"):
        assert outputs[name]["data"] == [each[name] for each in native]
    assert outputs["unknown_tokens"]["data"] == [len(each["unknown_tokens"]) for each in native]


def test_the_outputs_asked_for_come_in_their_order_and_no_others(post) -> None:
    """SeldonIO/MLServer#514: they were dropped on the way through a batch."""
    body = post({"inputs": [tensor()], "outputs": [{"name": "margin"}, {"name": "label"}]}).get_json()
    assert [each["name"] for each in body["outputs"]] == ["margin", "label"]
    assert "id" not in body


@pytest.mark.parametrize("count", [2, 64, 500])
def test_no_output_is_given_twice(own_client, store, count) -> None:
    """A few kilobytes that name one output thousands of times would make a reply of gigabytes."""
    body = {"inputs": [tensor()], "outputs": [{"name": "label"}, *[{"name": "probabilities"}] * count]}
    reply = own_client.post(INFER, data=json.dumps(body))
    assert (reply.status_code, reply.get_json()["code"]) == (400, "INVALID_REQUEST")
    said = "'probabilities' is asked for twice" if count < 64 else "at most 64 items"
    assert said in reply.get_json()["error"]
    assert store.engines["reviews", 1].calls == [], "nothing is computed for it"


def test_binary_in_and_out_as_triton_s_clients_do_by_default(post_binary, native) -> None:
    data = prefixed(TEXTS)
    head = {
        "inputs": [tensor(parameters={"binary_data_size": len(data)}) | {"data": None}],
        "parameters": {"binary_data_output": True},
    }
    del head["inputs"][0]["data"]
    reply = post_binary(head, data)
    assert (reply.status_code, reply.content_type) == (200, "application/octet-stream")
    length = int(reply.headers["Inference-Header-Content-Length"])
    body, rest = json.loads(reply.data[:length]), reply.data[length:]
    found = {}
    for output in body["outputs"]:
        assert "data" not in output
        size = output["parameters"]["binary_data_size"]
        found[output["name"]], rest = rest[:size], rest[size:]
    assert rest == b""
    assert found["label"] == prefixed([each["label"] for each in native])
    assert np.frombuffer(found["confidence"], "<f4") == pytest.approx([each["confidence"] for each in native])
    assert np.frombuffer(found["probabilities"], "<f4").shape == (4,)
    assert list(np.frombuffer(found["tokens"], "<i4")) == [each["tokens"] for each in native]
    assert list(found["abstained"]) == [each["abstained"] for each in native]


def test_each_output_may_be_binary_or_json(post_binary) -> None:
    data = prefixed(TEXTS)
    head = {
        "inputs": [
            {
                "name": "text",
                "shape": [2, 1],
                "datatype": "BYTES",
                "parameters": {"binary_data_size": len(data)},
            }
        ],
        "parameters": {"binary_data_output": True},
        "outputs": [{"name": "label", "parameters": {"binary_data": False}}, {"name": "tokens"}],
    }
    reply = post_binary(head, data)
    length = int(reply.headers["Inference-Header-Content-Length"])
    label, tokens = json.loads(reply.data[:length])["outputs"]
    assert len(label["data"]) == 2
    assert tokens["parameters"] == {"binary_data_size": 8}
    assert len(reply.data) == length + 8


def test_json_in_and_no_binary_wanted_needs_no_header(post) -> None:
    reply = post({"inputs": [tensor()], "parameters": {"binary_data_output": False}})
    assert reply.content_type == "application/json"
    assert "Inference-Header-Content-Length" not in reply.headers


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"inputs": []},
        {"inputs": [tensor(), tensor()]},
        {"inputs": [tensor(name="other")]},
        {"inputs": [tensor(datatype="FP32")]},
        {"inputs": [tensor(shape=[3])]},
        {"inputs": [tensor(shape=[])]},
        {"inputs": [tensor(shape=[1, 2])]},
        {"inputs": [tensor(shape=[2, 1, 1])]},
        {"inputs": [tensor([])]},
        {"inputs": [tensor(shape=[-2])]},
        {"inputs": [tensor(shape=["2"])]},
        {"inputs": [tensor(data=[1, 2])]},
        {"inputs": [tensor(data=[["a", "b"]])]},
        {"inputs": [tensor(data=None)]},
        {"inputs": [tensor(parameters={"binary_data_size": 5})]},
        {"inputs": [tensor()], "outputs": [{"name": "other"}]},
        {"inputs": [tensor()], "outputs": [{"name": "label", "parameters": {"classification": 2}}]},
        {"inputs": [tensor()], "parameters": {"x": [1]}},
        {"inputs": [tensor()], "id": 7},
        [],
    ],
)
def test_what_is_no_request_is_400(post, body) -> None:
    reply = post(body)
    assert reply.status_code == 400
    assert set(reply.get_json()) == {"error", "code"}


@pytest.mark.parametrize(
    ("data", "size", "length"),
    [
        (prefixed(TEXTS), 3, None),
        (prefixed(TEXTS)[:-1], None, None),
        (prefixed(TEXTS)[:6], None, None),
        (b"\x01\x00", None, None),
        (prefixed(TEXTS[:1]), None, None),
        (struct.pack("<I", 2**32 - 1) + b"a", None, None),
        (struct.pack("<I", 1) + b"\xff" + prefixed(["a"]), None, None),
        (prefixed(TEXTS), "x", None),
        (prefixed(TEXTS), None, 10_000),
        (prefixed(TEXTS), None, "-1"),
        (prefixed(TEXTS), None, "x"),
        (prefixed(TEXTS), None, 0),
    ],
)
def test_binary_data_that_do_not_fit_are_400(post_binary, data, size, length) -> None:
    parameters = {"binary_data_size": len(data) if size is None else size}
    head = {"inputs": [{"name": "text", "shape": [2], "datatype": "BYTES", "parameters": parameters}]}
    assert post_binary(head, data, length).status_code == 400


def test_bytes_that_no_input_claims_are_400(post_binary) -> None:
    assert post_binary({"inputs": [tensor()]}, b"more").status_code == 400


def test_limits_and_what_is_not_there(post) -> None:
    assert post({"inputs": [tensor(["a"] * 11)]}).status_code == 400
    assert post({"inputs": [tensor(["a" * 1001])]}).status_code == 400
    assert post({"inputs": [tensor()]}, "/v2/models/x/infer").status_code == 404
    assert post({"inputs": [tensor()]}, "/v2/models/reviews/versions/9/infer").status_code == 404


def test_several_labels_are_answered_one_by_one(store, make_client) -> None:
    store.add("topics", 1, task="multilabel")
    client = make_client()
    body = client.post("/v2/models/topics/infer", data=json.dumps({"inputs": [tensor()]})).get_json()
    native = client.post("/predict", data=json.dumps({"texts": TEXTS})).get_json()["predictions"]
    applies = next(each for each in body["outputs"] if each["name"] == "applies")
    assert applies["shape"] == [2, 2]
    assert applies["data"] == [
        label in [score["label"] for score in each["labels"]]
        for each in native
        for label in ("negative", "positive")
    ]


@pytest.fixture
def operator(store, settings):
    """A client with the admin token, on a repository that looks by itself."""
    for version in (1, 2):
        store.add("reviews", version)
    store.add("broken", 1, fail="wrong hash")
    repository = store.repository()
    repository.look()
    repository.start()
    settings = settings.model_copy(update={"admin_token": SecretStr(TOKEN)})
    client = create_app(settings, repository, orders=repository.orders).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
    client.repository = repository
    yield client
    repository.stop()


def test_the_index_lists_every_version(operator) -> None:
    ready = {"name": "reviews", "version": "2", "state": "READY", "reason": ""}
    broken = {"name": "broken", "version": "1", "state": "UNAVAILABLE", "reason": "wrong hash"}
    assert operator.post("/v2/repository/index").get_json() == [broken, ready]
    assert operator.post("/v2/repository/index", data='{"ready": true}').get_json() == [ready]


def test_only_a_truth_value_says_which_models_are_listed(operator) -> None:
    for ready in ("0.0", "1", '"yes"', "null"):
        body = f'{{"ready": {ready}}}'
        assert operator.post("/v2/repository/index", data=body).status_code == 400


def test_a_model_is_unloaded_and_loaded_again(operator) -> None:
    body = json.dumps({"inputs": [tensor()]})
    unload = '{"parameters": {"unload_dependents": false}}'
    assert operator.post("/v2/repository/models/reviews/unload", data=unload).status_code == 200
    assert operator.post(INFER, data=body).status_code == 404
    assert operator.get("/v2/models/reviews/ready").status_code == 503
    assert operator.post("/v2/repository/index", data='{"ready": true}').get_json() == []
    refused = operator.post("/predict", data='{"text": "a", "model": "reviews"}')
    assert (refused.status_code, refused.get_json()["code"]) == (503, "MODEL_UNAVAILABLE")
    assert operator.post("/v2/repository/models/reviews/load").get_json() == {}
    assert operator.post(INFER, data=body).status_code == 200


def test_a_request_in_flight_outlives_the_model_it_asks(operator, store) -> None:
    engine = store.engines["reviews", 2]
    engine.hold = threading.Event()
    engine.running.clear()
    replies = []
    asking = threading.Thread(
        target=lambda: replies.append(operator.post("/predict", data='{"text": "a", "model": "reviews"}'))
    )
    asking.start()
    assert engine.running.wait(10)
    assert operator.post("/v2/repository/models/reviews/unload").status_code == 200
    states = [each.state for each in operator.repository.statuses("reviews")]
    assert states == ["UNLOADING"]
    engine.hold.set()
    asking.join(10)
    assert replies[0].status_code == 200
    assert [each.state for each in operator.repository.statuses("reviews")] == ["END"]


def test_what_cannot_be_loaded_says_why(operator) -> None:
    reply = operator.post("/v2/repository/models/broken/load", data="{}")
    assert (reply.status_code, reply.get_json()["error"]) == (400, "failed to load 'broken': wrong hash")
    reply = operator.post("/v2/repository/models/x/load")
    assert (reply.status_code, reply.get_json()["error"]) == (
        400,
        "failed to load 'x': there is no such model",
    )
    assert operator.post("/v2/repository/models/x/unload").status_code == 404


@pytest.mark.parametrize("name", ["config", "file:1/model.onnx", "more"])
def test_a_model_is_loaded_as_its_folder_holds_it_or_not_at_all(operator, name) -> None:
    body = json.dumps({"parameters": {name: "{}"}})
    reply = operator.post("/v2/repository/models/reviews/load", data=body)
    assert (reply.status_code, reply.get_json()["code"]) == (400, "INVALID_REQUEST")
    assert f"{name!r} is not supported" in reply.get_json()["error"]
    assert operator.post("/v2/repository/models/reviews/load", data='{"parameters": {}}').status_code == 200


def test_only_the_holder_of_the_token_loads_and_unloads(operator) -> None:
    operator.environ_base.pop("HTTP_AUTHORIZATION")
    for verb in ("load", "unload"):
        assert operator.post(f"/v2/repository/models/reviews/{verb}").status_code == 403
    assert operator.post("/v2/repository/index").status_code == 200
