"""Settings come from the environment, are checked once, and explain themselves."""

import subprocess
import sys

import pytest

from models.errors import ConfigError
from service.settings import Settings, describe_settings, is_loopback, load_settings, unknown_settings


def test_the_defaults_are_those_of_the_contract() -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.engine) == ("127.0.0.1", 8501, "savedmodel")
    assert (settings.max_texts, settings.max_characters, settings.max_body) == (256, 100_000, 8 * 2**20)
    assert str(settings.artifacts) == "artifacts"


def test_variables_change_them(monkeypatch) -> None:
    monkeypatch.setenv("ENGRAM_PORT", "9000")
    monkeypatch.setenv("ENGRAM_DEFAULT_MODEL", "reviews")
    monkeypatch.setenv("ENGRAM_THREADS", "")
    settings = load_settings()
    assert (settings.port, settings.default_model) == (9000, "reviews")
    assert settings.threads == Settings().threads


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "65536"),
        ("WORKERS", "0"),
        ("WORKERS", "1.5"),
        ("THREADS", "-1"),
        ("ENGINE", "torch"),
        ("TIMEOUT_S", "0"),
        ("TIMEOUT_S", "nan"),
        ("RELOAD_S", "-1"),
        ("MAX_BATCH", "0"),
        ("ALLOW_ANONYMOUS", "perhaps"),
    ],
)
def test_a_wrong_value_is_one_sentence_with_the_variable_and_the_value(monkeypatch, name, value) -> None:
    monkeypatch.setenv(f"ENGRAM_{name}", value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert f"ENGRAM_{name} is {value!r}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_value_nearly_right_is_named(monkeypatch) -> None:
    monkeypatch.setenv("ENGRAM_ENGINE", "onx")
    with pytest.raises(ConfigError, match=r"did you mean 'onnx'\?$"):
        load_settings()


def test_a_queue_smaller_than_a_request_is_refused(monkeypatch) -> None:
    monkeypatch.setenv("ENGRAM_MAX_QUEUE", "100")
    with pytest.raises(ConfigError, match="ENGRAM_MAX_QUEUE is 100"):
        load_settings()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org", ""])
def test_an_address_others_can_reach_needs_permission(monkeypatch, host) -> None:
    monkeypatch.setenv("ENGRAM_HOST", host or "0.0.0.0")
    with pytest.raises(ConfigError, match="ENGRAM_ALLOW_ANONYMOUS=1"):
        load_settings()
    monkeypatch.setenv("ENGRAM_ALLOW_ANONYMOUS", "1")
    assert load_settings().host == (host or "0.0.0.0")


def test_keys_permit_an_address_others_can_reach(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("ENGRAM_HOST", "0.0.0.0")
    monkeypatch.setenv("ENGRAM_API_KEYS", str(tmp_path / "keys"))
    assert load_settings().host == "0.0.0.0"


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"ADMIN_TOKEN": "short-secret"}, "ENGRAM_ADMIN_TOKEN must have at least 16 characters"),
        ({"ADMIN_TOKEN": "with a space in secret"}, "ENGRAM_ADMIN_TOKEN"),
        ({"TLS_KEY": "key.pem"}, "ENGRAM_TLS_CERTIFICATE and ENGRAM_TLS_KEY belong together"),
        ({"CORS": "https://a.example/path"}, "ENGRAM_CORS holds 'https://a.example/path'"),
        ({"CORS": "a.example"}, "ENGRAM_CORS holds"),
        ({"RATE_LIMIT": "-1"}, "ENGRAM_RATE_LIMIT"),
    ],
)
def test_doors_that_cannot_stand_are_refused_and_no_secret_is_quoted(monkeypatch, variables, words) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"ENGRAM_{name}", value)
    with pytest.raises(ConfigError, match=words) as caught:
        load_settings()
    assert "secret" not in str(caught.value)


def test_the_admin_token_shows_nowhere(monkeypatch) -> None:
    monkeypatch.setenv("ENGRAM_ADMIN_TOKEN", "a-very-secret-token")
    monkeypatch.setenv("ENGRAM_PORT", "none")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert "secret" not in str(caught.value)
    monkeypatch.delenv("ENGRAM_PORT")
    assert "secret" not in repr(load_settings()) + str(load_settings())


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_a_loopback_address_needs_none(host) -> None:
    assert is_loopback(host)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1


def test_a_misspelt_variable_is_noticed() -> None:
    environment = {"ENGRAM_WORKER": "1", "ENGRAM_PORT": "1", "HOME": "/"}
    assert unknown_settings(environment) == {"ENGRAM_WORKER": "ENGRAM_WORKERS"}


def test_every_setting_is_described() -> None:
    text = describe_settings()
    for name, field in Settings.model_fields.items():
        assert f"ENGRAM_{name.upper()} (" in text
        assert field.description
        assert field.description in text


def test_help_lists_them() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "service", "--help"], capture_output=True, text=True, timeout=60, check=True
    )
    assert describe_settings() in result.stdout
