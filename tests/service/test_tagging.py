"""A joint model behind the routes: entities with exact places, and TensorFlow Serving's named outputs."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.runtime.predictor import open_predictor
from service.app import create_app
from service.settings import Settings
from tests.service.fakes import FakeStore

TEXTS = ["leave\u3000Ｒome on  Friday 🙂", "leave 巴黎 on noon 🙂", ""]
ODD = "🙂 leave Rome;leave\u00ad Rome 🙂 Rome 管家 on Friday"


@pytest.fixture(scope="module", params=["onnx", "savedmodel"])
def client(trips: Path, request: pytest.FixtureRequest) -> FlaskClient:
    store = FakeStore(trips.parents[1])
    store.open = lambda path: open_predictor(path, request.param)  # type: ignore[method-assign]
    repository = store.repository()
    repository.look()
    return create_app(Settings(artifacts=store.folder), repository).test_client()


def test_predict_names_entities_with_their_places(client: FlaskClient) -> None:
    reply = client.post("/predict", json={"texts": TEXTS}).get_json()
    assert reply["task"] == "joint"
    first, second, empty = reply["predictions"]
    assert [(one["entity"], one["value"]) for one in first["entities"]] == [
        ("departure", "Ｒome"),
        ("time", "Friday"),
    ]
    (odd,) = client.post("/predict", json={"text": ODD}).get_json()["predictions"]
    for text, answer in zip([*TEXTS, ODD], (first, second, empty, odd), strict=True):
        for entity in answer["entities"]:
            assert text[entity["start"] : entity["end"]] == entity["value"]
    assert ("departure", "巴黎") in [(one["entity"], one["value"]) for one in second["entities"]]
    assert first["intent"]["name"] == "go"
    assert empty == {
        "intent": empty["intent"],
        "abstained": True,
        "entities": [],
        "tokens": 0,
        "unknown_tokens": [],
        "truncated": False,
    }


def test_tensorflow_serving_gets_tags_padded_as_the_graph_pads_them(client: FlaskClient) -> None:
    texts = [TEXTS[1], "leave Oslo"]
    columns: dict[str, list[Any]] = client.post(
        "/v1/models/trips:predict", json={"inputs": texts}
    ).get_json()["outputs"]
    assert set(columns) == {"tags", "tokens", "confidence", "intent", "intent_confidence"}
    widths = {len(row) for name in ("tags", "tokens", "confidence") for row in columns[name]}
    assert len(widths) == 1
    assert columns["intent"] == ["go", "go"]
    padded = columns["tokens"][1].index("")
    assert set(columns["tags"][1][padded:]) == {""}
    assert set(columns["confidence"][1][padded:]) == {0.0}
    rows = client.post("/v1/models/trips:predict", json={"instances": texts}).get_json()["predictions"]
    assert rows[0]["tags"] == columns["tags"][0]


def test_the_metadata_names_the_outputs(client: FlaskClient) -> None:
    reply = client.get("/v1/models/trips/metadata").get_json()
    outputs = reply["metadata"]["signature_def"]["signature_def"]["serving_default"]["outputs"]
    assert sorted(outputs) == ["confidence", "intent", "intent_confidence", "tags", "tokens"]


def test_classify_is_not_offered(client: FlaskClient) -> None:
    reply = client.post("/v1/models/trips:classify", json={"examples": [{"text": "leave"}]})
    assert reply.status_code == 400


def test_the_open_inference_protocol_names_intents_and_entities(client: FlaskClient) -> None:
    data = {"name": "text", "datatype": "BYTES", "shape": [2], "data": TEXTS[:2]}
    reply = client.post("/v2/models/trips/infer", json={"inputs": [data]}).get_json()
    outputs = {output["name"]: output["data"] for output in reply["outputs"]}
    assert outputs["intent"] == ["go", "go"]
    first, second = (json.loads(found) for found in outputs["entities"])
    assert (first[0]["entity"], first[0]["value"]) == ("departure", "Ｒome")
    assert ("departure", "巴黎") in [(one["entity"], one["value"]) for one in second]
