"""``/admin``: labels and reloading."""

import json
import threading

import pytest
from pydantic import SecretStr

from models.runtime.version_labels import read_version_labels, write_version_labels
from service import administration
from service.app import create_app
from service.settings import Settings

TOKEN = "0123456789abcdef" * 2


@pytest.fixture
def opened(store, monkeypatch):
    """Versions of the fake store count as checked."""
    store.count_as_checked(monkeypatch)


@pytest.fixture
def served(store, settings, opened):
    """A client, and the repository that it asks."""
    for version in (1, 2):
        store.add("reviews", version)
    repository = store.repository()
    repository.look()
    settings = settings.model_copy(update={"admin_token": SecretStr(TOKEN)})
    client = create_app(settings, repository, orders=repository.orders).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
    client.repository = repository
    return client


def put(client, version, label="stable", name="reviews", **more):
    body = json.dumps({"version": version} | more)
    return client.post(f"/admin/models/{name}/labels/{label}", data=body)


def test_a_label_is_moved_applied_and_removed(served) -> None:
    reply = put(served, 1)
    assert reply.status_code == 200
    assert reply.get_json() == {
        "model": "reviews",
        "label": "stable",
        "version": 1,
        "previous": None,
        "pending": True,
    }
    served.repository.look()
    assert put(served, 1).get_json()["pending"] is False
    answer = served.post("/predict", data='{"text": "good"}').get_json()
    assert answer["version"] == 1
    answer = served.post("/predict", data='{"text": "good", "version_label": "stable"}').get_json()
    assert answer["version"] == 1
    assert served.get("/readyz").get_json()["labels"] == {
        "reviews": {"stable": {"version": 1, "pending": None}}
    }
    removed = served.delete("/admin/models/reviews/labels/stable")
    assert (removed.status_code, removed.get_json()["previous"]) == (200, 1)
    served.repository.look()
    assert served.post("/predict", data='{"text": "good"}').get_json()["version"] == 2


def test_labels_are_served_on_every_protocol(served, store) -> None:
    write_version_labels(store.folder, {"reviews": {"old": 1}})
    served.repository.look()
    reply = served.post("/v1/models/reviews/labels/old:predict", data='{"instances": ["good"]}')
    assert reply.status_code == 200
    assert served.get("/v1/models/reviews/labels/old").get_json()["model_version_status"] == [
        {"version": "1", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    ]
    metadata = served.get("/v1/models/reviews/labels/old/metadata").get_json()
    assert metadata["model_spec"]["version"] == "1"
    unknown = served.post("/predict", data='{"text": "good", "version_label": "new"}')
    assert (unknown.status_code, unknown.get_json()["code"]) == (404, "VERSION_LABEL_NOT_FOUND")


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        (lambda client: put(client, 9), 404, "VERSION_NOT_FOUND"),
        (lambda client: put(client, 1, name="x"), 404, "VERSION_NOT_FOUND"),
        (lambda client: put(client, 1, label="a b"), 400, "INVALID_REQUEST"),
        (lambda client: put(client, "1"), 400, "INVALID_REQUEST"),
        (lambda client: put(client, 0), 400, "INVALID_REQUEST"),
        (lambda client: put(client, 1, more=1), 400, "INVALID_REQUEST"),
        (lambda client: client.delete("/admin/models/reviews/labels/x"), 404, "VERSION_LABEL_NOT_FOUND"),
    ],
)
def test_what_cannot_be_labelled_is_refused(served, store, call, status, code) -> None:
    reply = call(served)
    assert (reply.status_code, reply.get_json()["code"]) == (status, code)
    assert read_version_labels(store.folder) == {}


def test_labels_that_cannot_be_read_are_503_and_stay_as_they_are(served, store) -> None:
    assert put(served, 1).status_code == 200
    served.repository.look()
    path = store.folder / "version-labels.json"
    path.write_text("{")
    served.repository.look()
    for reply in (put(served, 2), served.delete("/admin/models/reviews/labels/stable")):
        assert (reply.status_code, reply.get_json()["code"]) == (503, "STATE_UNAVAILABLE")
    assert served.post("/predict", data='{"text": "good"}').get_json()["version"] == 1
    assert path.read_text() == "{"


def test_below_its_baseline_a_version_becomes_stable_only_on_purpose(served, store) -> None:
    margin = {"value": -0.1, "low": -0.2, "high": 0.0}
    store.add("reviews", 3, margin=margin, baseline_name="a line")
    reply = put(served, 3)
    assert (reply.status_code, reply.get_json()["code"]) == (409, "BELOW_BASELINE")
    assert reply.get_json()["error"] == (
        "Version 3 of 'reviews' is 10.0 points less accurate than its baseline (a line); "
        "\"accept_below_baseline\": true labels it 'stable' all the same."
    )
    assert put(served, 3, accept_below_baseline=True).status_code == 200


def test_a_state_that_cannot_be_written_is_said(store, tmp_path, opened) -> None:
    (tmp_path / "file").write_text("")
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    settings = Settings(artifacts=store.folder, state=tmp_path / "file", admin_token=TOKEN)
    client = create_app(settings, repository).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
    reply = put(client, 1)
    assert (reply.status_code, reply.get_json()["code"]) == (503, "STATE_UNAVAILABLE")


def test_a_reload_returns_when_the_folder_was_looked_at(served, store) -> None:
    served.repository.start()
    try:
        store.add("reviews", 3)
        replies = []
        thread = threading.Thread(target=lambda: replies.append(served.post("/admin/reload")))
        thread.start()
        thread.join(20)
        assert replies[0].get_json() == {"reloaded": True, "models": ["reviews"]}
        assert served.post("/predict", data='{"text": "good"}').get_json()["version"] == 3
    finally:
        served.repository.stop()


def test_only_the_holder_of_the_token_may_change_what_is_served(served) -> None:
    served.environ_base.pop("HTTP_AUTHORIZATION")
    for reply in (
        put(served, 1),
        served.delete("/admin/models/reviews/labels/x"),
        served.post("/admin/reload"),
    ):
        assert reply.status_code == 403


@pytest.mark.parametrize(
    "path", ["/admin/reload", "/v2/repository/models/reviews/load", "/v2/repository/models/reviews/unload"]
)
def test_what_not_every_worker_has_done_in_time_is_504_and_goes_on(served, monkeypatch, path) -> None:
    """Nothing looks here, as where a worker still loads."""
    monkeypatch.setattr(administration, "LONGEST_WAIT_S", 0.2)
    late = served.post(path)
    assert (late.status_code, late.get_json()["code"]) == (504, "DEADLINE_EXCEEDED")
    assert late.get_json()["error"] == "not every worker has done it in time; it goes on"
    served.repository.look()
    loaded = served.post("/predict", data='{"text": "good"}').status_code
    assert loaded == (503 if path.endswith("unload") else 200)
