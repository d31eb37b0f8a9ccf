"""A trained tagging model without intents behind gunicorn, asked on every protocol and on both engines."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.service.process import Service

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# Emoji of two UTF-16 units, a surrogate alone, wide and upper-case letters, wide and double spaces, soft
# hyphens, words that come again: with start, end, value and type of what is to be found.
TEXTS: dict[str, list[tuple[int, int, str, str]]] = {
    "leave 巴黎 on noon 🙂": [(6, 8, "巴黎", "departure"), (12, 16, "noon", "time")],
    "🙂🙂 arrive  Ｎew\u3000York on Monday": [(11, 19, "Ｎew\u3000York", "dest"), (23, 29, "Monday", "time")],
    "leave\u00ad Ro\u00adme on Friday": [(7, 12, "Ro\u00adme", "departure"), (16, 22, "Friday", "time")],
    "leave Rome on Friday 🙂 arrive Rome on Friday": [
        (6, 10, "Rome", "departure"),
        (14, 20, "Friday", "time"),
        (30, 34, "Rome", "dest"),
        (38, 44, "Friday", "time"),
    ],
    "ARRIVE ＯＳＬＯ on NOON": [(7, 11, "ＯＳＬＯ", "dest"), (15, 19, "NOON", "time")],
    "🙂 \ud800 arrive 东京 on Friday": [(11, 13, "东京", "dest"), (17, 23, "Friday", "time")],
    "": [],
}
# What a command line and TensorFlow can be given.
VALID = [text for text in TEXTS if "\ud800" not in text]
NAMES = ("start", "end", "value", "entity")

_SIGNATURE = """
import json, sys
sys.modules["keras"] = None
import tensorflow as tf
signature = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
out = {name: value.numpy() for name, value in signature(text=tf.constant(json.load(sys.stdin))).items()}
words = {name: [[each.decode() for each in row] for row in out[name]] for name in ("tags", "tokens")}
print(json.dumps(words | {"confidence": out["confidence"].tolist()}))
"""


def run(*command: Any, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *map(str, command)], input=given, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tagging_model(write_trips: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``<artifacts>/trips/1``, trained by the command line; it reads characters by an LSTM."""
    folder = tmp_path_factory.mktemp("tagging")
    config, data = write_trips(folder, "tagging"), folder / "rows.jsonl"
    rows = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]
    after_marks = [
        {"tokens": [*marks, *row["tokens"]], "tags": [*["O"] * len(marks), *row["tags"]]}
        for row in rows
        for marks in (["🙂"], ["🙂", "\ufffd"])
    ]
    shouted = [{"tokens": [token.upper() for token in row["tokens"]], "tags": row["tags"]} for row in rows]
    pairs = [
        {name: first[name] + second[name] for name in ("tokens", "tags")}
        for first, second in zip(rows, [*rows[1:], rows[0]], strict=True)
    ]
    lines = [json.dumps(row) for row in (*rows, *after_marks, *shouted, *pairs)]
    data.write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = ("--set=model.characters=lstm", "--set=text.max_length=24", "--set=training.epochs=20")
    return Path(run("-m", "training", "train", config, *settings).strip())


@pytest.fixture(scope="module", params=["savedmodel", "onnx"])
def service(tagging_model: Path, request: pytest.FixtureRequest) -> Iterator[Service]:
    with Service(tagging_model.parents[1], "service", WORKERS=1, ENGINE=request.param) as service:
        yield service.wait_until_ready()


@pytest.fixture(scope="module")
def command_line(tagging_model: Path) -> list[dict[str, Any]]:
    """What ``engram predict`` says of the valid texts; it asks the SavedModel."""
    lines = run("-m", "training", "predict", tagging_model, *VALID).splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def signature(tagging_model: Path) -> dict[str, Any]:
    """What ``serving_default`` says of them where Keras cannot be imported."""
    found: dict[str, Any] = json.loads(run("-c", _SIGNATURE, tagging_model, given=json.dumps(VALID)))
    return found


def predictions(service: Service, texts: list[str]) -> list[dict[str, Any]]:
    status, body = service.ask("POST", "/predict", {"texts": texts})
    assert status == 200, body
    assert (body["model"], body["version"], body["task"]) == ("trips", 1, "tagging")
    found: list[dict[str, Any]] = body["predictions"]
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_entities_stand_where_they_say(service: Service, text: str) -> None:
    (answer,) = predictions(service, [text])
    assert [tuple(entity[name] for name in NAMES) for entity in answer["entities"]] == TEXTS[text]
    assert all(text[entity["start"] : entity["end"]] == entity["value"] for entity in answer["entities"])
    assert all(0 < entity["confidence"] <= 1 for entity in answer["entities"])


def test_an_answer_has_no_intent(service: Service) -> None:
    known, empty, unknown = predictions(service, ["leave Rome", "", "leave Ｘyzzy"])
    assert list(known) == ["entities", "tokens", "unknown_tokens", "truncated"]
    assert empty == {"entities": [], "tokens": 0, "unknown_tokens": [], "truncated": False}
    assert unknown["unknown_tokens"] == ["Ｘyzzy"]


def test_what_is_behind_the_length_read_is_told_and_not_answered(service: Service) -> None:
    text = "leave Rome on Friday " * 10
    (answer,) = predictions(service, [text])
    assert (answer["tokens"], answer["truncated"]) == (40, True)
    assert answer["entities"][-1]["end"] <= len("leave Rome on Friday " * 6)


def test_the_answers_are_those_of_the_command_line(
    service: Service, command_line: list[dict[str, Any]]
) -> None:
    """On the SavedModel: so the engines agree, too."""
    for mine, theirs in zip(predictions(service, VALID), command_line, strict=True):
        for entity, other in zip(mine["entities"], theirs["entities"], strict=True):
            assert entity["confidence"] == pytest.approx(other["confidence"], abs=1e-4)
            entity["confidence"] = other["confidence"]
        assert mine == theirs


def test_tensorflow_servings_route_gives_what_the_signature_gives(
    service: Service, signature: dict[str, Any]
) -> None:
    columns = service.ask("POST", "/v1/models/trips:predict", {"inputs": {"text": VALID}})[1]["outputs"]
    assert set(columns) == {"tags", "tokens", "confidence"}
    assert columns["tokens"] == signature["tokens"]
    assert columns["tags"] == signature["tags"]
    np.testing.assert_allclose(columns["confidence"], signature["confidence"], rtol=0, atol=1e-4)
    assert columns["tokens"][0][:6] == ["leave", "巴", "黎", "on", "noon", "🙂"]
    assert columns["tags"][0][:6] == ["O", "B-departure", "E-departure", "O", "S-time", "O"]
    rows = service.ask("POST", "/v1/models/trips/versions/1:predict", {"instances": VALID})[1]["predictions"]
    assert [row["tags"] for row in rows] == columns["tags"]


def test_the_open_inference_protocol_gives_the_entities_of_predict(service: Service) -> None:
    texts = list(TEXTS)
    data = {"name": "text", "datatype": "BYTES", "shape": [len(texts)], "data": texts}
    status, body = service.ask("POST", "/v2/models/trips/infer", {"inputs": [data]})
    assert status == 200, body
    outputs = {output["name"]: output for output in body["outputs"]}
    offered = service.ask("GET", "/v2/models/trips")[1]["outputs"]
    assert {each["name"]: each["datatype"] for each in offered} == {
        "entities": "BYTES",
        "tokens": "INT32",
        "unknown_tokens": "INT32",
        "truncated": "BOOL",
    }
    assert {name: output["datatype"] for name, output in outputs.items()} == {
        each["name"]: each["datatype"] for each in offered
    }
    answers = predictions(service, texts)
    for place, answer in enumerate(answers):
        found = json.loads(outputs["entities"]["data"][place])
        assert [[each[name] for name in NAMES] for each in found] == [
            [each[name] for name in NAMES] for each in answer["entities"]
        ]
    assert outputs["tokens"]["data"] == [answer["tokens"] for answer in answers]
    assert outputs["unknown_tokens"]["data"] == [len(answer["unknown_tokens"]) for answer in answers]


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/v1/models/trips:classify", {"examples": [{"text": "leave"}]}, "No signature was found"),
        ("/v1/models/trips:regress", {"examples": [{"text": "leave"}]}, "No signature was found"),
        ("/explain", {"text": "leave"}, "is a tagging model (entities), which cannot be explained"),
        (
            "/v2/models/trips/infer",
            {
                "inputs": [{"name": "text", "datatype": "BYTES", "shape": [1], "data": ["leave"]}],
                "outputs": [{"name": "intent"}],
            },
            "intent",
        ),
    ],
)
def test_what_a_tagging_model_lacks_is_refused_with_the_reason(
    service: Service, path: str, body: dict[str, Any], says: str
) -> None:
    status, reply = service.ask("POST", path, body)
    assert status == 400
    assert says in reply["error"]
