"""Who gets in: over HTTP, by the ``Authorization`` header."""

import hashlib
import json
import re

import pytest

from service.access import Access
from service.app import create_app
from service.errors import AdminTokenError
from service.routes.doors import needs_admin
from service.settings import Settings

KEY, TOKEN = "key-of-the-shop", "an-admin-token-of-length"
ASK = {"data": '{"text": "good"}'}


@pytest.fixture
def make(store):
    """A test client with keys, a token or a limit."""
    store.add("reviews", 1)

    def make(keys: bool = True, **settings):
        if keys:
            path = store.folder.parent / f"{store.folder.name}-keys"
            path.write_text(f"shop:{hashlib.sha256(KEY.encode()).hexdigest()}\n")
            settings["api_keys"] = path
        repository = store.repository()
        repository.look()
        app = create_app(Settings(artifacts=store.folder, **settings), repository)

        @app.post("/admin/test")
        def admin_only():
            return "done"

        return app.test_client()

    return make


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_without_a_file_of_keys_everybody_is_answered(make) -> None:
    assert make(keys=False).post("/predict", **ASK).status_code == 200


@pytest.mark.parametrize("route", ["/predict", "/v1/models/reviews:predict", "/metrics", "/nope"])
def test_a_key_is_needed_for_all_but_health_and_documents(make, route) -> None:
    client = make()
    response = client.post(route, **ASK)
    assert (response.status_code, response.get_json()["code"]) == (401, "API_KEY_REQUIRED")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    wrong = client.post(route, headers=bearer("wrong"), **ASK)
    assert (wrong.status_code, wrong.get_json()["code"]) == (401, "INVALID_API_KEY")
    assert client.post(route, headers=bearer(KEY), **ASK).status_code != 401


@pytest.mark.parametrize("route", ["/", "/docs", "/openapi.json", "/healthz", "/readyz"])
def test_health_and_documents_are_open(make, route) -> None:
    client = make()
    assert client.get(route).status_code == 200
    if route == "/docs":
        import re

        for path in re.findall(r'(?:src|href)="([^"]*)"', client.get(route).get_data(as_text=True)):
            with client.get(f"/{path}") as response:
                assert response.status_code == 200


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic " + KEY, KEY, f"Bearer {KEY}x", "Bearer \xff\xfe", f"bearer{KEY}"],
)
def test_what_is_no_key_is_401_whatever_it_is(make, header) -> None:
    assert make().post("/predict", headers={"Authorization": header}, **ASK).status_code == 401


@pytest.mark.parametrize("header", [f"bearer {KEY}", f"BEARER   {KEY} "])
def test_the_scheme_is_read_as_http_says(make, header) -> None:
    assert make().post("/predict", headers={"Authorization": header}, **ASK).status_code == 200


def test_keys_and_tokens_never_reach_the_log_but_the_name_of_the_key_does(make, capfd) -> None:
    client = make(admin_token=TOKEN)
    capfd.readouterr()
    for sent in (KEY, TOKEN, "wrong-key-of-somebody"):
        client.post("/predict", headers=bearer(sent), **ASK)
        client.post("/admin/test", headers=bearer(sent))
    out, err = capfd.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line.get("caller") for line in lines] == ["shop", "shop", "(admin)", "(admin)", None, None]
    for secret in (KEY, TOKEN, "wrong-key-of-somebody"):
        assert secret not in out + err
        assert hashlib.sha256(secret.encode()).hexdigest() not in out + err


def test_a_key_is_no_admin_token_and_the_admin_token_is_a_key(make) -> None:
    client = make(admin_token=TOKEN)
    refused = client.post("/admin/test", headers=bearer(KEY))
    assert (refused.status_code, refused.get_json()["code"]) == (403, "ADMIN_TOKEN_REQUIRED")
    assert client.post("/admin/test", headers=bearer(TOKEN)).status_code == 200
    assert client.post("/predict", headers=bearer(TOKEN), **ASK).status_code == 200


@pytest.mark.parametrize("token", [None, TOKEN])
def test_the_admin_routes_are_closed_where_no_token_comes_even_without_keys(make, token) -> None:
    client = make(keys=False, admin_token=token)
    for headers in ({}, bearer("wrong"), bearer("")):
        assert client.post("/admin/test", headers=headers).status_code == 403


def test_a_caller_who_asks_too_often_is_told_when_to_come_back(make) -> None:
    client = make(rate_limit=0.4, workers=2, admin_token=TOKEN)
    assert client.post("/predict", headers=bearer(KEY), **ASK).status_code == 200
    refused = client.post("/predict", headers=bearer(KEY), **ASK)
    assert (refused.status_code, refused.get_json()["code"]) == (429, "RATE_LIMITED")
    # A worker's share is 0.2 a second.
    assert refused.headers["Retry-After"] in ("4", "5")
    assert client.get("/healthz").status_code == 200
    for _ in range(5):
        assert client.post("/predict", headers=bearer(TOKEN), **ASK).status_code == 200


def test_callers_without_a_key_are_told_apart_by_their_address(make) -> None:
    client = make(keys=False, rate_limit=1.0, workers=1)

    def ask(address: str) -> int:
        return client.post("/predict", environ_overrides={"REMOTE_ADDR": address}, **ASK).status_code

    assert [ask("10.0.0.1"), ask("10.0.0.1"), ask("10.0.0.2")] == [200, 429, 200]


@pytest.mark.parametrize(
    "path",
    [
        "/admin/models/reviews/labels/stable",
        "/admin/reload",
        "/v2/repository/models/reviews/load",
        "/v2/repository/models/reviews/unload",
    ],
)
@pytest.mark.parametrize("headers", [{}, bearer("wrong")], ids=["no token", "a wrong one"])
def test_who_may_not_is_told_so_whatever_the_body_is(make, path, headers) -> None:
    client = make(keys=False, admin_token=TOKEN)
    for body in ("", "{", '{"version": "x"}', " " * 10_000):
        refused = client.post(path, data=body, headers=headers)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "ADMIN_TOKEN_REQUIRED")


def test_every_route_that_changes_what_is_served_needs_the_admin_token(make) -> None:
    client = make(keys=False)
    rules = [rule.rule for rule in client.application.url_map.iter_rules()]
    closed = {re.sub(r"<\w+:(\w+)>", r"{\1}", rule) for rule in rules if needs_admin(rule)}
    paths = client.get("/openapi.json").get_json()["paths"]
    documented = {
        path for path, verbs in paths.items() if any("403" in verb["responses"] for verb in verbs.values())
    }
    assert closed - {"/admin/test"} == documented
    assert len(documented) == 4


@pytest.mark.parametrize("sent", [TOKEN, TOKEN[:-1] + "x", "x", "", TOKEN * 2])
def test_the_admin_token_is_compared_once_in_constant_time_whatever_comes(compared, sent) -> None:
    access = Access(Settings(admin_token=TOKEN))
    allowed = True
    try:
        access.require_admin(f"Bearer {sent}")
    except AdminTokenError:
        allowed = False
    assert allowed == (sent == TOKEN)
    # Digests, so that not even the length tells anything.
    assert compared == [(32, 32)]
