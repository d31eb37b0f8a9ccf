"""An application on fake models."""

import hmac
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.settings import Settings
from tests.service.fakes import FakeStore


@pytest.fixture
def store(tmp_path: Path) -> FakeStore:
    return FakeStore(tmp_path)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("ENGRAM_", "PROMETHEUS_"))]:
        monkeypatch.delenv(name)


def make_settings(folder: Path) -> Settings:
    return Settings(artifacts=folder, max_texts=10, max_queue=16, max_characters=1000, max_body=20_000)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


@pytest.fixture
def make_client(store: FakeStore, settings: Settings) -> Callable[..., FlaskClient]:
    """A test client of an application that has looked at the store once."""

    def make(**options: Any) -> FlaskClient:
        repository = store.repository(**options)
        repository.look()
        return create_app(settings, repository, orders=repository.orders).test_client()

    return make


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """One model, ``reviews``, in version 1; shared by the tests that only ask."""
    store = FakeStore(tmp_path_factory.mktemp("artifacts"))
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    return create_app(make_settings(store.folder), repository).test_client()


@pytest.fixture
def own_client(store: FakeStore, make_client: Callable[..., FlaskClient]) -> FlaskClient:
    """The same for one test alone, which may alter its engine."""
    store.add("reviews", 1)
    return make_client()


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The sizes of every two digests that were compared in constant time."""
    sizes: list[tuple[int, int]] = []
    compare_digest = hmac.compare_digest

    def compare(a: bytes, b: bytes) -> bool:
        sizes.append((len(a), len(b)))
        return compare_digest(a, b)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    return sizes
