"""What browsers are told: which pages may ask, and to be careful."""

import pytest

from service.app import create_app
from service.settings import Settings

HERE, OTHER = "https://here.example", "https://other.example"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
ASK = {"data": '{"text": "good"}'}


@pytest.fixture
def make(store):
    store.add("reviews", 1)

    def make(**settings):
        repository = store.repository()
        repository.look()
        return create_app(Settings(artifacts=store.folder, **settings), repository).test_client()

    return make


@pytest.mark.parametrize("status", [200, 400, 404])
def test_every_reply_keeps_browsers_careful(client, status) -> None:
    body = {200: ASK, 400: {"data": "{"}, 404: {"data": '{"text": "a", "model": "x"}'}}[status]
    headers = client.post("/predict", **body).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_a_page_may_load_from_here_alone(client) -> None:
    policy = client.get("/docs").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "http" not in policy


def test_a_page_of_another_origin_may_ask_only_where_it_is_listed(make) -> None:
    client = make(cors=f"{HERE}, https://third.example:8443")
    allowed = client.post("/predict", headers={"Origin": HERE}, **ASK)
    assert allowed.headers["Access-Control-Allow-Origin"] == HERE
    assert "X-Request-ID" in allowed.headers["Access-Control-Expose-Headers"]
    for origin in (OTHER, "null", HERE + ".evil.example", HERE.upper()):
        refused = client.post("/predict", headers={"Origin": origin}, **ASK)
        assert refused.status_code == 200
        assert "Access-Control-Allow-Origin" not in refused.headers
        assert "Origin" in refused.headers["Vary"]


def test_without_the_setting_no_page_may(make) -> None:
    client = make()
    assert (
        "Access-Control-Allow-Origin" not in client.post("/predict", headers={"Origin": HERE}, **ASK).headers
    )
    assert "Access-Control-Allow-Methods" not in client.options("/predict", headers=PREFLIGHT).headers


def test_a_preflight_is_answered_before_any_key_is_asked_for(make, tmp_path) -> None:
    keys = tmp_path.parent / f"{tmp_path.name}-keys"
    keys.write_text("shop:" + "0" * 64)
    client = make(cors="*", api_keys=keys)
    answer = client.options("/predict", headers=PREFLIGHT | {"Origin": OTHER})
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == OTHER
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    refused = client.post("/predict", headers={"Origin": OTHER}, **ASK)
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == OTHER
    strict = make(cors=HERE, api_keys=keys)
    denied = strict.options("/predict", headers=PREFLIGHT | {"Origin": OTHER})
    assert "Access-Control-Allow-Origin" not in denied.headers
