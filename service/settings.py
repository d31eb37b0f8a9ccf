"""Every setting of the service: an environment variable, its type, its default, its meaning."""

import difflib
import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.errors import ConfigError
from models.runtime.threads import available_cpus

PREFIX = "ENGRAM_"


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

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8501, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    allow_anonymous: bool = Field(
        default=False,
        description="1 allows an address that other machines can reach; every caller is answered",
    )
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

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.max_queue < self.max_texts:
            raise ValueError(
                f"{PREFIX}MAX_QUEUE is {self.max_queue}, but one request may hold {self.max_texts} texts "
                f"({PREFIX}MAX_TEXTS): it must be at least as large"
            )
        if not self.allow_anonymous and not is_loopback(self.host):
            raise ValueError(
                f"{PREFIX}HOST is {self.host}, which other machines can reach, and callers are not asked who "
                f"they are: set {PREFIX}ALLOW_ANONYMOUS=1 to allow that, or listen on 127.0.0.1"
            )
        return self

    @property
    def graceful_timeout_s(self) -> int:
        """Seconds a stopping worker may take: every accepted request can still be answered."""
        return int(self.timeout_s) + 3


def load_settings() -> Settings:
    """Reads the environment.

    Raises:
        ConfigError: a value is not allowed.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise ConfigError(_sentence(error)) from None


def unknown_settings(environment: Mapping[str, str] = os.environ) -> dict[str, str | None]:
    """``ENGRAM_*`` variables that mean nothing here, each with the setting it resembles."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    found = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    return {name: next(iter(difflib.get_close_matches(name, known, n=1)), None) for name in found}


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
        sentences.append(
            f"{variable} is {_shown(problem['input'])}: {problem['msg'][0].lower()}{problem['msg'][1:]}"
        )
    return "; ".join(sentences)


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, str) else str(value)
