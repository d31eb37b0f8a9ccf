"""Asks a running service with NVIDIA's ``tritonclient[http]``, as it comes, and compares with ``/predict``.

Usage: ask_with_triton_client.py HOST:PORT MODEL [ADMIN_TOKEN]
"""

import json
import sys
import urllib.request

import numpy as np
import tritonclient.http as triton

ADDRESS, MODEL, *TOKEN = sys.argv[1:]
TEXTS = [f"a gripping story of {number} dull 好 scenes" for number in range(64)]


def predict(texts: list[str]) -> list[dict]:
    body = json.dumps({"texts": texts, "model": MODEL}).encode()
    request = urllib.request.Request(f"http://{ADDRESS}/predict", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.load(reply)["predictions"]


def infer(client: triton.InferenceServerClient, texts: list[str], shape: list[int]) -> None:
    tensor = triton.InferInput("text", shape, "BYTES")
    tensor.set_data_from_numpy(np.array([text.encode() for text in texts], dtype=np.object_).reshape(shape))
    reply = client.infer(MODEL, [tensor], request_id="42")
    expected = predict(texts)
    assert reply.get_response()["id"] == "42"
    assert [label.decode() for label in reply.as_numpy("label")] == [each["label"] for each in expected]
    labels = sorted(expected[0]["probabilities"])
    probabilities = [[each["probabilities"][label] for label in labels] for each in expected]
    np.testing.assert_allclose(reply.as_numpy("probabilities"), probabilities, atol=1e-6)
    np.testing.assert_allclose(
        reply.as_numpy("confidence"), [each["confidence"] for each in expected], atol=1e-6
    )
    assert reply.as_numpy("abstained").tolist() == [each["abstained"] for each in expected]
    assert reply.as_numpy("tokens").tolist() == [each["tokens"] for each in expected]


client = triton.InferenceServerClient(ADDRESS)
assert client.is_server_live()
assert client.is_server_ready()
assert client.is_model_ready(MODEL)
assert client.is_model_ready(MODEL, "1")
assert "binary_tensor_data" in client.get_server_metadata()["extensions"]
metadata = client.get_model_metadata(MODEL)
assert metadata["inputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}]
assert {"name": MODEL, "version": "1", "state": "READY", "reason": ""} in client.get_model_repository_index()
infer(client, TEXTS[:1], [1])
infer(client, TEXTS, [64])
infer(client, TEXTS, [64, 1])
if TOKEN:
    headers = {"Authorization": f"Bearer {TOKEN[0]}"}
    client.unload_model(MODEL, headers=headers)
    assert not client.is_model_ready(MODEL)
    client.load_model(MODEL, headers=headers)
    infer(client, TEXTS[:1], [1])
print("equal")
