"""Headers by which a proxy would tell the server what was asked change nothing, also from this machine."""

from collections.abc import Iterator

import pytest

from tests.service.fakes import FakeStore
from tests.service.process import Service

FORWARDED = [
    {"SCRIPT_NAME": "/open"},
    {"SCRIPT_NAME": "/other"},
    {"script_name": "/open"},
    {"Script-Name": "/open"},
    {"X-Script-Name": "/open"},
    {"PATH_INFO": "/metrics"},
    {"SCRIPT_NAME": "/open", "PATH_INFO": "/metrics"},
    {"REQUEST_METHOD": "POST"},
    {"REMOTE_USER": "admin"},
    {"REMOTE_ADDR": "10.0.0.1"},
    {"HTTP_AUTHORIZATION": "Bearer x"},
    {"wsgi.url_scheme": "https"},
    {"X-Forwarded-Prefix": "/open"},
    {"X-Forwarded-Host": "elsewhere.example"},
    {"X-Forwarded-For": "10.0.0.1"},
    {"X-Forwarded-Proto": "https"},
    {"X-Forwarded-Proto": "nonsense"},
    {"X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "off"},
    {"X-Forwarded-Protocol": "ssl", "X-Forwarded-Proto": "http"},
    {"X-Original-Url": "/metrics"},
    {"X-Rewrite-Url": "/metrics"},
    {"X-Http-Method-Override": "POST"},
    {"Forwarded": "proto=https;host=elsewhere.example"},
]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    store = FakeStore(tmp_path_factory.mktemp("artifacts"))
    store.add("reviews", 1)
    with pytest.MonkeyPatch.context() as patch:
        # gunicorn reads these too.
        patch.setenv("SCRIPT_NAME", "/set")
        patch.setenv("FORWARDED_ALLOW_IPS", "*")
        with Service(store.folder, WORKERS=1) as service:
            yield service.wait_until_ready()


@pytest.mark.parametrize("headers", FORWARDED, ids=str)
@pytest.mark.parametrize("path", ["/open/metrics", "/openmetrics", "/models", "/docs"])
def test_a_header_changes_no_path_and_fails_no_request(service, path, headers) -> None:
    assert service.ask("GET", path, **headers) == service.ask("GET", path)


def test_every_path_is_answered_where_it_was_asked(service) -> None:
    assert service.ask("GET", "/open/metrics", SCRIPT_NAME="/open")[0] == 404
    assert service.ask("GET", "/healthz", SCRIPT_NAME="/open") == (200, {"live": True})
    assert service.ask("GET", "/set/healthz")[0] == 404
    assert "Traceback" not in "".join(service.out + service.err)
