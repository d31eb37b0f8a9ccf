"""Alive and ready are two questions."""

from service.app import create_app


def test_alive_without_any_model(make_client) -> None:
    client = make_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_ready_with_a_model_although_another_was_refused(store, make_client) -> None:
    store.add("broken", 1, fail="wrong hash")
    store.add("reviews", 1)
    response = make_client().get("/readyz")
    assert response.status_code == 200
    body = response.get_json()
    assert body["ready"] is True
    assert [each["state"] for each in body["models"]["reviews"]] == ["AVAILABLE"]
    assert body["models"]["broken"][0]["status"]["error_message"] == "wrong hash"


def test_not_ready_where_every_model_was_refused(store, make_client) -> None:
    """tensorflow/serving#1754, pytorch/serve#3047: healthy without a model that can answer."""
    store.add("broken", 1, fail="wrong hash")
    client = make_client()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_ready_only_when_every_worker_is(store, settings) -> None:
    class Peers:
        shared = None
        ready = False

        def all_ready(self) -> bool:
            return self.ready

    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    peers = Peers()
    client = create_app(settings, repository, peers).test_client()
    assert client.get("/readyz").status_code == 503
    peers.ready = True
    assert client.get("/readyz").status_code == 200


def test_metrics_are_in_prometheus_text_format(client) -> None:
    response = client.get("/metrics")
    assert response.content_type.startswith("text/plain")
    assert "# TYPE engram_requests_total counter" in response.get_data(as_text=True)
