"""Every setting of the service: an environment variable, its type, its default, its meaning."""

import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.errors import ConfigError
from models.nearest import nearest
from models.runtime.threads import available_cpus
from service.plans import parse_canaries, parse_shadows

PREFIX = "ENGRAM_"
OPTIONS = {"--host": "host", "--port": "port", "--engine": "engine", "--model": "default_model"}
"""Settings that the command line takes too, by their options."""

_TOKEN = re.compile(r"[!-~]{16,}")
_ANY_TOKEN = "x" * 16
_ORIGIN = re.compile(r"https?://[a-z0-9.\-]+(:\d+)?|https?://\[[0-9a-f:]+\](:\d+)?", re.ASCII)


class Settings(BaseSettings):
    """The settings, read from ``ENGRAM_*`` variables."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=False
    )

    artifacts: Path = Field(
        default=Path("artifacts"), description="folder of the saved models: NAME/VERSION/"
    )
    engine: Literal["savedmodel", "onnx", "onnx-int8"] = Field(
        default="savedmodel", description="what computes the networks: savedmodel, onnx or onnx-int8"
    )
    default_model: str | None = Field(
        default=None,
        description="model that answers a request without one; needed only where several are served",
    )
    reload_s: float = Field(
        default=10.0,
        ge=0,
        le=86400,
        description="seconds between two looks for new versions; 0 looks only at start",
    )

    state: Path | None = Field(
        default=None,
        description="folder of the version labels, which must exist; not set: the folder of the saved models",
    )
    canary: str | None = Field(
        default=None,
        description="NAME=VERSION:PERCENT,...: a version, or a version label, that answers a share of the "
        "requests which name none",
    )
    shadow: str | None = Field(
        default=None,
        description="NAME=VERSION,...: a version, or a version label, that is asked too and never answers",
    )
    canary_max_failures: float = Field(
        default=0.05, ge=0, le=1, description="share of failed requests above which a canary is withdrawn"
    )
    canary_max_disagreement: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description="share of texts answered otherwise than by the stable version above which a candidate is "
        "withdrawn",
    )

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8501, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    api_keys: Path | None = Field(
        default=None,
        description="file of NAME:SHA256 lines, one a key; callers then send 'Authorization: Bearer KEY'",
    )
    admin_token: SecretStr | None = Field(
        default=None, description="lets its holder move labels and reload; without it nobody may"
    )
    allow_anonymous: bool = Field(
        default=False,
        description="1 allows an address that other machines can reach, without keys: all are answered",
    )
    rate_limit: float = Field(
        default=0.0,
        ge=0,
        description="requests a second of one key, or of one address without keys; beyond it 429; 0 for any "
        "number; each worker lets through its share",
    )
    cors: str = Field(
        default="",
        description="origins whose pages may ask, separated by commas (https://example.org), or * for all",
    )
    tls_certificate: Path | None = Field(
        default=None, description="certificate chain in PEM; the service then speaks HTTPS"
    )
    tls_key: Path | None = Field(default=None, description="its private key in PEM")
    workers: int = Field(
        default_factory=lambda: min(2, available_cpus()),
        ge=1,
        le=64,
        description="processes; each loads every model (default: 2, or 1 on a single CPU)",
    )
    threads: int = Field(
        default=4,
        ge=1,
        le=256,
        description="long computations a process runs at the same time, beside the thread that answers",
    )

    max_batch: int = Field(default=64, ge=1, le=1024, description="most texts computed together")
    max_queue: int = Field(
        default=1024,
        ge=1,
        description="most texts of one model waiting in a process; beyond it a request gets 429",
    )
    max_texts: int = Field(default=256, ge=1, description="most texts of one request; beyond it 413")
    max_characters: int = Field(
        default=100_000, ge=1, description="most characters of one text; beyond it 413"
    )
    max_body: int = Field(
        default=8 * 2**20, ge=1024, description="most bytes of a request body; beyond it 413"
    )
    timeout_s: float = Field(
        default=5.0, gt=0, le=600, description="seconds a request may wait for its answer; beyond it 504"
    )
    log_texts: bool = Field(default=False, description="1 writes the texts that are asked into the log")
    feedback: Path | None = Field(
        default=None,
        description="folder for what is told at POST /feedback: NAME.jsonl, rows to train with. The texts of "
        "all answers are then stored in its folder 'answers', for a time. Not set: nothing is stored",
    )
    feedback_s: float = Field(
        default=86_400.0,
        gt=0,
        le=31 * 86_400,
        description="seconds after an answer until which its right label is taken",
    )
    feedback_bytes: int = Field(
        default=16 * 2**20,
        ge=2**20,
        le=2**30,
        description="most bytes of answers stored for that time, about; the oldest go first",
    )
    tracing: bool = Field(
        default=False,
        description="1 sends a span a request to OTEL_EXPORTER_OTLP_ENDPOINT "
        "(needs pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http)",
    )
    client_timeout_s: float = Field(
        default=30.0,
        gt=0,
        le=3600,
        description="seconds beyond these that a client may take to send a request; then 408",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.max_queue < self.max_texts:
            raise ValueError(
                f"{PREFIX}MAX_QUEUE is {self.max_queue}, but one request may hold {self.max_texts} texts "
                f"({PREFIX}MAX_TEXTS): it must be at least as large"
            )
        if not self.allow_anonymous and not self.api_keys and not is_loopback(self.host):
            raise ValueError(
                f"{PREFIX}HOST is {self.host}, which other machines can reach, and callers are not asked who "
                f"they are: name a file of keys in {PREFIX}API_KEYS, set {PREFIX}ALLOW_ANONYMOUS=1 to answer "
                "all of them, or listen on 127.0.0.1"
            )
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError(f"{PREFIX}TLS_CERTIFICATE and {PREFIX}TLS_KEY belong together: set both or none")
        token = self.admin_token.get_secret_value() if self.admin_token else _ANY_TOKEN
        if not _TOKEN.fullmatch(token):
            raise ValueError(
                f"{PREFIX}ADMIN_TOKEN must have at least {len(_ANY_TOKEN)} characters, all of them ASCII and "
                "none a space: make one with 'openssl rand -hex 32'"
            )
        for origin in self.origins - {"*"}:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{PREFIX}CORS holds {origin!r}, which is no origin: write https://example.org, "
                    "without a path, or *"
                )
        return self

    @field_validator("canary")
    @classmethod
    def _is_canary(cls, value: str | None) -> str | None:
        parse_canaries(value)
        return value

    @field_validator("shadow")
    @classmethod
    def _is_shadow(cls, value: str | None) -> str | None:
        parse_shadows(value)
        return value

    @property
    def state_folder(self) -> Path:
        """Where the version labels stand."""
        return self.state or self.artifacts

    @property
    def origins(self) -> frozenset[str]:
        """Whose pages may ask; may hold "*"."""
        return frozenset(origin.strip() for origin in self.cors.split(",") if origin.strip())

    @property
    def graceful_timeout_s(self) -> int:
        """Seconds a stopping worker may take: every accepted request can still be answered."""
        return int(self.timeout_s) + 3


def load_settings(given: Mapping[str, Any] | None = None) -> Settings:
    """Reads the environment.

    Args:
        given: settings of the command line, which stand before the variables.

    Raises:
        ConfigError: a value is not allowed.
    """
    try:
        return Settings(**given or {})
    except ValidationError as error:
        sentence = _sentence(error)
        for option, setting in OPTIONS.items():
            if given and setting in given:
                sentence = sentence.replace(f"{PREFIX}{setting.upper()} is", f"{option} is")
        raise ConfigError(sentence) from None


def unknown_settings(environment: Mapping[str, str] = os.environ) -> dict[str, str | None]:
    """``ENGRAM_*`` variables that mean nothing here, each with the setting it resembles."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    found = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    return {name: nearest(name, known) for name in found}


def describe_settings() -> str:
    """One paragraph a setting, for ``--help``."""
    lines = []
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True, validated_data={})
        shown = "not set" if default is None else int(default) if isinstance(default, bool) else default
        lines.append(f"  {PREFIX}{name.upper()} ({shown})\n      {field.description}")
    return "\n".join(lines)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``. A name other than localhost counts as reachable."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _sentence(error: ValidationError) -> str:
    sentences = []
    for problem in error.errors():
        if not problem["loc"]:
            sentences.append(problem["msg"].removeprefix("Value error, "))
            continue
        variable = PREFIX + str(problem["loc"][0]).upper()
        message = problem["msg"].removeprefix("Value error, ")
        near = nearest(str(problem["input"]), re.findall(r"'([^']+)'", message))
        question = f"; did you mean {near!r}?" if near else ""
        sentences.append(
            f"{variable} is {_shown(problem['input'])}: {message[0].lower()}{message[1:]}{question}"
        )
    return "; ".join(sentences)


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, str) else str(value)
