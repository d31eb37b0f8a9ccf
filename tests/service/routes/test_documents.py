"""The description of the calls is there, complete, and needs nothing from elsewhere."""

import json
import re

import pytest


@pytest.fixture
def spec(client) -> dict:
    return client.get("/openapi.json").get_json()


def test_every_call_is_described(spec) -> None:
    assert {
        "/",
        "/predict",
        "/healthz",
        "/readyz",
        "/metrics",
        "/v1/models/{name}",
        "/v1/models/{name}:predict",
        "/v1/models/{name}/versions/{version}:predict",
        "/v1/models/{name}/metadata",
    } <= set(spec["paths"])
    for operations in spec["paths"].values():
        for operation in operations.values():
            assert "200" in operation["responses"]
            assert "422" not in operation["responses"] or operation["operationId"].startswith(
                ("predict", "explain", "tell")
            )


def test_the_request_is_described_field_by_field(spec) -> None:
    body = spec["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    schema = spec["components"]["schemas"][body["$ref"].rsplit("/", 1)[1]]
    assert {"text", "texts", "model", "version", "version_label", "top"} == set(schema["properties"])
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("schema", "name", "least"), [("PredictRequest", "top", 1), ("FeedbackRequest", "index", 0)]
)
def test_the_least_number_is_described_where_it_may_be_null(spec, schema, name, least) -> None:
    number, null = spec["components"]["schemas"][schema]["properties"][name]["anyOf"]
    assert (number["minimum"], null) == (least, {"type": "null"})


def test_what_a_path_holds_is_described_as_it_is_read(spec) -> None:
    name, number = {"type": "string", "pattern": "^[^/:]+$"}, {"type": "integer", "minimum": 0}
    for path, operations in spec["paths"].items():
        for parameter in (each for call in operations.values() for each in call.get("parameters", [])):
            if parameter["in"] != "path":
                continue
            read = number if parameter["name"] == "version" else name
            assert read.items() <= parameter["schema"].items(), path


@pytest.mark.parametrize("path", ["/v2/models/{name}/infer", "/v2/models/{name}/versions/{version}/infer"])
def test_tensors_behind_the_json_are_described_both_ways(spec, path) -> None:
    call = spec["paths"][path]["post"]
    for content in (call["requestBody"]["content"], call["responses"]["200"]["content"]):
        assert set(content) == {"application/json", "application/octet-stream"}
    assert "Inference-Header-Content-Length" in {each["name"] for each in call["parameters"]}


def test_every_reference_leads_somewhere(spec) -> None:
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(spec)))
    assert references
    assert references <= set(spec["components"]["schemas"])


def test_the_examples_are_answered(client, spec) -> None:
    schemas = spec["components"]["schemas"]
    assert client.post("/predict", json=schemas["PredictRequest"]["example"]).status_code == 200
    example = schemas["TfServingRequest"]["example"]
    assert client.post("/v1/models/reviews:predict", json=example).status_code == 200


def test_the_page_loads_only_what_this_service_has(client) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    html = page.get_data(as_text=True)
    assert "//" not in "".join(re.findall(r'(?:src|href)="([^"]*)"', html))
    for path in re.findall(r'(?:src|href)="([^"]*)"', html):
        with client.get(f"/{path}") as response:
            assert response.status_code == 200
    # Its badge would send the address of this service to a validator on the internet.
    assert '"validatorUrl": null' in html


def test_every_error_of_a_call_is_described(spec) -> None:
    described = spec["paths"]["/predict"]["post"]["responses"]
    assert set(described) == {
        *("200", "400", "401", "404", "408", "413", "415", "422", "429", "500", "503", "504", "default")
    }
    assert "401" not in spec["paths"]["/healthz"]["get"]["responses"]
    assert {"MODEL_NOT_FOUND", "RATE_LIMITED", "QUEUE_FULL", "INVALID_API_KEY"} <= set(
        spec["components"]["schemas"]["ErrorReply"]["properties"]["code"]["examples"]
    )


def test_it_says_where_a_key_is_needed(spec) -> None:
    assert spec["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    security = {path: next(iter(calls.values()))["security"] for path, calls in spec["paths"].items()}
    assert security["/healthz"] == []
    assert {} in security["/predict"]
    assert security["/admin/reload"] == [{"key": []}]


def test_asking_twice_changes_nothing(client, spec) -> None:
    assert client.get("/openapi.json").get_json() == spec
