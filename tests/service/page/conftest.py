"""Debian's Chromium on the page of a real service; whatever goes wrong in it fails the test."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from models.runtime.version_labels import write_version_labels
from tests.chromium import chromium
from tests.service.page.models import train
from tests.service.page.watched import opened
from tests.service.process import Service


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test of all waits for the trainings, which take minutes where others work on the machine."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory, tiny_artifact: Path, trips: Path) -> Path:
    """Really trained: ``tiny`` and ``hotels`` (Chinese) in two versions, ``topics`` (several labels a
    text), ``trips`` (joint).
    """
    folder = tmp_path_factory.mktemp("models")
    shutil.copytree(tiny_artifact.parent, folder / "tiny")
    shutil.copytree(trips.parent, folder / "trips")
    # The versions of a name one after the other, which numbers them.
    lanes = [[("hotels", 1), ("hotels", 2)], [("tiny", 2), ("topics", 1)]]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda lane: train(folder, *lane), lanes))
    both = {"stable": 1, "next": 2}
    write_version_labels(folder, {"tiny": both, "hotels": both})
    return folder


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the service writes down what it is told."""
    return tmp_path_factory.mktemp("told")


@pytest.fixture(scope="session")
def service(models: Path, told: Path) -> Iterator[Service]:
    settings = {"ENGINE": "onnx", "WORKERS": 1, "MAX_CHARACTERS": 3000, "FEEDBACK": told}
    with Service(models, "service", **settings) as service:
        yield service.wait_until_ready()


@pytest.fixture
def address(service: Service) -> str:
    return f"http://127.0.0.1:{service.port}/"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, with a model chosen: ``tiny``."""
    size = {"width": 1100, "height": 900}
    with opened(browser, address, viewport=size, accept_downloads=True) as page:
        yield page
