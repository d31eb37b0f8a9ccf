"""What a scrape shows, known by counting by hand."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from models.runtime.decoding import Answer
from models.runtime.tagging import Entity, TaggedPrediction
from service import app as module
from service.app import create_app
from service.bins import bin_of
from service.metrics import Metrics
from service.settings import Settings
from service.tally import read_blocks
from service.text_tally import TextTally, layout
from tests.service.fakes import REFERENCE, FakeStore, make_predictor


def samples(client) -> dict[tuple[str, ...], float]:
    """Value by name and the values of its labels, in the order of the labels' names."""
    text = client.get("/metrics").get_data(as_text=True)
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def served(store: FakeStore, monkeypatch: pytest.MonkeyPatch):
    """Reviews with a reference, loaded by the application itself."""
    monkeypatch.setattr(module, "open_warm", lambda path, engine, max_batch: store.open(path))
    store.add("reviews", 1, data=REFERENCE.model_dump())
    client = create_app(Settings(artifacts=store.folder, reload_s=0, max_batch=8)).test_client()
    until = time.monotonic() + 10
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < until
    return client


def ask(client, *texts: str) -> list[dict]:
    response = client.post("/predict", json={"texts": list(texts)})
    assert response.status_code == 200
    return response.get_json()["predictions"]


def test_the_texts_and_their_answers_are_counted(served) -> None:
    found = ask(served, "good film", "zzz zzz good", "", "a " * 50)
    seen = samples(served)

    def value(name: str, *labels: str) -> float:
        return seen[f"engram_{name}", *labels]

    key = ("reviews", "1")
    assert value("texts_total", *key) == 4
    assert value("tokens_total", *key) == 2 + 3 + 0 + 50
    assert value("read_tokens_total", *key) == 2 + 3 + 0 + 40
    assert value("unknown_tokens_total", *key) == 2
    assert value("truncated_texts_total", *key) == 1
    assert value("abstained_texts_total", *key) == sum(each["abstained"] for each in found)
    assert value("confidence_sum", *key) == pytest.approx(sum(each["confidence"] for each in found))
    assert value("confidence_count", *key) == 4
    for limit in ("0.6", "0.9"):
        expected = sum(each["confidence"] <= float(limit) for each in found)
        assert seen["engram_confidence_bucket", limit, *key] == expected
    for label in ("negative", "positive"):
        expected = sum(each["label"] == label for each in found)
        assert seen["engram_labels_total", label, *key] == expected
    assert [seen["engram_text_lengths_total", name, *key] for name in ("1", "3", "+Inf")] == [1, 2, 1]
    assert value("batch_rows_sum", *key) == 4
    assert value("queue_seconds_count", *key) == 4
    assert value("engine_seconds_count", *key) == value("batch_rows_count", *key) > 0
    assert 0 < value("engine_seconds_sum", *key) < 10


def test_drift_is_the_index_against_the_reference_from_200_texts_on(served) -> None:
    for _ in range(19):
        ask(served, *["good"] * 10)
    assert not [key for key in samples(served) if key[0] == "engram_drift_psi"]
    ask(served, *["zzz film film film"] * 10)
    seen = samples(served)
    key = ("reviews", "1")
    actual, expected = np.array([190, 1e-4 * 200, 10]) / 200, np.array([0.25, 0.5, 0.25])
    assert seen["engram_drift_psi", "length", *key] == pytest.approx(
        ((actual - expected) * np.log(actual / expected)).sum()
    )
    unknown = 10 / (190 + 40)
    assert seen["engram_drift_psi", "unknown", *key] == pytest.approx(
        (unknown - 0.1) * np.log(unknown / 0.1) + (0.1 - unknown) * np.log((1 - unknown) / 0.9)
    )
    assert seen["engram_drift_psi", "label", *key] >= 0
    shares = [seen["engram_reference_share", name, "length", *key] for name in ("1", "3", "+Inf")]
    assert shares == [0.25, 0.5, 0.25]


def test_refusals_are_counted_by_cause_and_states_are_shown(served) -> None:
    served.post("/predict", data="{")
    served.post("/predict", json={"texts": []})
    served.post("/predict", json={"texts": []})
    seen = samples(served)
    assert seen["engram_rejections_total", "INVALID_JSON", "/predict"] == 1
    assert seen["engram_rejections_total", "NO_TEXTS", "/predict"] == 2
    assert seen["engram_version_state", "reviews", "AVAILABLE", "1"] == 1
    assert seen["engram_requests_in_flight",] == 0


def test_a_request_in_flight_is_seen_until_it_is_answered(store: FakeStore) -> None:
    metrics = Metrics()
    metrics.begin()
    metrics.begin()

    def in_flight() -> float:
        (line,) = [
            line for line in metrics.expose({}).decode().splitlines() if line.startswith("engram_requests_in")
        ]
        return float(line.split()[-1])

    # The scrape is one of them.
    assert in_flight() == 1
    metrics.observe_request("/predict", 200, "reviews", 1, 0.2)
    assert in_flight() == 0
    text = metrics.expose({}).decode()
    assert 'engram_requests_total{model="reviews",route="/predict",status="200",version="1"} 1.0' in text
    assert 'engram_request_seconds_bucket{le="0.1",route="/predict"} 0.0' in text
    assert 'engram_request_seconds_bucket{le="0.25",route="/predict"} 1.0' in text
    assert 'engram_request_seconds_sum{route="/predict"} 0.2' in text


def test_first_requests_that_end_at_once_are_all_counted() -> None:
    metrics = Metrics()
    begin = threading.Barrier(8)

    def request(status: int) -> None:
        begin.wait(10)
        metrics.begin()
        metrics.observe_request("/predict", 200 + status // 8, "reviews", 1, 0.01)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(request, range(400)))
    shown = [
        line for line in metrics.expose({}).decode().splitlines() if line.startswith("engram_requests_total{")
    ]
    assert [float(line.rpartition(" ")[2]) for line in shown] == [8.0] * 50


def test_a_limit_belongs_to_the_bin_below_it() -> None:
    assert [bin_of((1.0, 3.0), value) for value in (0, 1, 1.1, 3, 4)] == [0, 0, 1, 1, 2]


def test_entities_are_the_labels_of_a_tagging_model(tmp_path) -> None:
    predictor = make_predictor(task="tagging", labels=["city", "day"])
    tally = TextTally(tmp_path, predictor)
    found = Answer([], [], confidence=1.0, margin=1.0, abstained=False)
    entities = tuple(Entity(0, 4, "good", kind, 0.9) for kind in ("day", "city", "day"))
    tagged = TaggedPrediction(found, 3, (), False, entities, ("a", "b", "c"), ("O",) * 3, (1.0,) * 3)
    tally.batch([predictor.encode("a good film")], [tagged], 0.01, [0.0])
    (reading,) = read_blocks(tmp_path)
    assert list(reading.values[layout(2, 0)["label"]]) == [1.0, 2.0]
    assert reading.values[layout(2, 0)["texts"]][0] == 1.0
    assert reading.values[layout(2, 0)["confidence"]][0] == 0.0
