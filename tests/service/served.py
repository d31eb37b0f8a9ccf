"""A service on fake models that every request finds the same, and requests made to name what it serves."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from models.runtime.version_labels import write_version_labels
from service.app import create_app
from service.orders import Orders
from service.settings import Settings
from tests.service.fakes import FakeStore

TOKEN = "a-token-for-the-tests"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
PATH_PARAMETERS = {"name": "reviews", "version": 1, "label": "stable"}

Body = dict[str, Any]


class Served:
    """``reviews`` with the version label ``stable``, and ``hotels``; takes feedback and the admin token."""

    def __init__(self, artifacts: Path, feedback: Path, patch: pytest.MonkeyPatch) -> None:
        self._store = FakeStore(artifacts)
        self._store.count_as_checked(patch)
        self._store.add("reviews", 1)
        self._store.add("hotels", 2)
        self._orders = _AtOnce(self._look)
        self._repository = self._store.repository(default_model="reviews", orders=self._orders)
        settings = Settings(artifacts=artifacts, admin_token=TOKEN, feedback=feedback)
        self.app = create_app(settings, self._repository, orders=self._orders)
        self.restore()

    def restore(self) -> None:
        """Undoes what requests have changed: labels that were moved, models that were unloaded."""
        write_version_labels(self._store.folder, {"reviews": {"stable": 1}})
        for name in ("reviews", "hotels"):
            self._orders.load(name)
        self._look()

    def answer(self) -> str:
        """The id of a request that was answered, of which nothing was told yet."""
        reply = Client(self.app).post("/predict", json={"text": "a good film"}, headers=HEADERS)
        assert reply.status_code == 200
        return reply.headers["X-Request-ID"]

    def _look(self) -> None:
        self._repository.look()


class _AtOnce(Orders):
    """Orders that are carried out when somebody waits for them; nobody looks at the folder by itself here."""

    def __init__(self, look: Callable[[], None]) -> None:
        super().__init__()
        self._look = look

    def done(self, *waited_for: Any) -> bool:
        self._look()
        return super().done(*waited_for)


def name_what_is_served(body: Body, request_id: str) -> Body:
    """A valid body of any call with names, numbers and sizes of what there is in place of made-up ones.

    Args:
        request_id: of a request that was answered.
    """
    body = deepcopy(body)
    known = {
        "model": "reviews",
        "version": 1,
        "version_label": "stable",
        "request_id": request_id,
        "index": 0,
        "label": "positive",
    }
    body.update({key: value for key, value in known.items() if body.get(key) is not None})
    for output in body.get("outputs") or ():
        output["name"] = "label"
    inputs = body.get("inputs")
    for tensor in inputs if isinstance(inputs, list) else ():
        # TensorFlow Serving's inputs are the texts themselves.
        if isinstance(tensor, dict) and tensor.get("data"):
            tensor["shape"][0] = len(tensor["data"])
    return body
