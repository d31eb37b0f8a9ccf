"""HTTPS, in the real processes. The key below protects nothing but these tests."""

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from service import probe
from tests.service.process import Service

KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgIqIcjjnqm8QZNP5F
GNsnAlOjwVF9O7WMDT2igKHY18ihRANCAAQe4OZ2V8SuCB+CesZJVky1yAMFKtlQ
S22k2ZWsnOiYJOxfbgIkE7P5Ymb75GINX71gA9hHeKOaLdqna0cHvh4B
-----END PRIVATE KEY-----
"""
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUMcuhqbdxw755WZSoKPjs4GGfBSgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTIwNDMyNVoYDzIxMjYxMDI4
MjA0MzI1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQe4OZ2V8SuCB+CesZJVky1yAMFKtlQS22k2ZWsnOiYJOxfbgIkE7P5
Ymb75GINX71gA9hHeKOaLdqna0cHvh4Bo28wbTAdBgNVHQ4EFgQUmfBohSJ7j9Qu
9ys3xGEBWOupYH0wHwYDVR0jBBgwFoAUmfBohSJ7j9Qu9ys3xGEBWOupYH0wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhAPRkN7wYK7MoM9IK++WPSH//N6FwtG+MW9yDQERkIUHYAiA1
kx+Oa5RI9NJXsbilpr+555CSPPnfASZHDmgrXnvV8A==
-----END CERTIFICATE-----
"""


@pytest.fixture
def files(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("tls")
    (folder / "key.pem").write_text(KEY)
    (folder / "certificate.pem").write_text(CERTIFICATE)
    return {"TLS_KEY": folder / "key.pem", "TLS_CERTIFICATE": folder / "certificate.pem"}


def test_a_replaced_worker_needs_no_file_of_the_certificate(store, files) -> None:
    store.add("reviews", 1)
    context = ssl.create_default_context(cadata=CERTIFICATE)
    with Service(store.folder, WORKERS=1, tls=context, **files) as service:
        service.wait_until_ready()
        files["TLS_CERTIFICATE"].write_text("broken")
        files["TLS_KEY"].unlink()
        os.kill(service.workers()[0], signal.SIGKILL)
        service.wait_for("ready", count=2)
        assert service.ask("POST", "/predict", {"text": "good"})[0] == 200
        assert service.stop() == 0


def test_the_service_speaks_https_and_a_silent_client_holds_nobody_up(store, files, monkeypatch) -> None:
    store.add("reviews", 1)
    context = ssl.create_default_context(cadata=CERTIFICATE)
    with Service(store.folder, WORKERS=1, tls=context, **files) as service:
        assert service.wait_for("listening")["address"].startswith("https://")
        service.wait_until_ready()
        with (
            socket.create_connection(("127.0.0.1", service.port)),
            socket.create_connection(("127.0.0.1", service.port)) as plain,
        ):
            assert service.ask("POST", "/predict", {"text": "good"})[0] == 200
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            # Not an HTTP reply: the other side ends it, with an alert at most.
            with contextlib.suppress(ConnectionResetError):
                assert not plain.recv(1000).startswith(b"HTTP")
        connection = service.connect()
        for _ in range(3):
            connection.request("POST", "/predict", b'{"text": "good"}')
            assert connection.getresponse().read().startswith(b"{")
        connection.close()
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with socket.create_connection(("127.0.0.1", service.port)) as raw, pytest.raises(ssl.SSLError):
            old.wrap_socket(raw, server_hostname="localhost")
        monkeypatch.setenv("ENGRAM_PORT", str(service.port))
        assert probe.main() == 1
        monkeypatch.setenv("ENGRAM_TLS_CERTIFICATE", str(files["TLS_CERTIFICATE"]))
        assert probe.main() == 0
        assert service.stop() == 0
        assert "Traceback" not in "".join(service.out + service.err)


@pytest.mark.parametrize("broken", ["missing", "no PEM", "another key"])
def test_a_certificate_that_cannot_be_used_is_one_sentence_and_exit_2(store, files, broken) -> None:
    certificate = files["TLS_CERTIFICATE"]
    if broken == "missing":
        certificate.unlink()
    elif broken == "no PEM":
        certificate.write_text("nothing")
    else:
        files["TLS_KEY"].write_text(KEY.replace("A", "B", 1))
    environment = {f"ENGRAM_{name}": str(value) for name, value in files.items()}
    done = subprocess.run(
        [sys.executable, "-m", "service"],
        env=environment | {"ENGRAM_ARTIFACTS": str(store.folder), "ENGRAM_PORT": "0"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "ENGRAM_TLS_CERTIFICATE" in done.stderr
