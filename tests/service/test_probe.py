"""The container's health check says what /healthz says."""

import socket

from service import probe
from tests.service.process import Service


def test_it_succeeds_while_the_service_lives_and_fails_when_it_is_gone(store, monkeypatch, capsys) -> None:
    with Service(store.folder, HOST="0.0.0.0", ALLOW_ANONYMOUS=1) as service:
        monkeypatch.setenv("ENGRAM_HOST", "0.0.0.0")
        monkeypatch.setenv("ENGRAM_PORT", str(service.port))
        assert probe.main() == 0
        assert service.stop() == 0
    assert probe.main() == 1
    assert "does not answer" in capsys.readouterr().err


def test_a_service_that_does_not_answer_in_time_is_not_alive(monkeypatch) -> None:
    monkeypatch.setattr(probe, "TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("ENGRAM_PORT", str(silent.getsockname()[1]))
        assert probe.main() == 1
