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
REVIEWS = "reviews"
# Models without labels of whole texts, and an output that each has.
TAGGING = ("trips", "places")
_OUTPUTS = {REVIEWS: "label", "trips": "intent", "places": "entities"}

Body = dict[str, Any]


class Served:
    """Takes feedback and the admin token.

    ``reviews``, the joint model ``trips`` and the tagging model ``places`` have the version label ``stable``;
    ``hotels`` has none.
    """

    def __init__(self, artifacts: Path, feedback: Path, patch: pytest.MonkeyPatch) -> None:
        self._store = FakeStore(artifacts)
        self._store.count_as_checked(patch)
        self._store.add("reviews", 1)
        self._store.add("hotels", 2)
        entities = ["city", "day"]
        self._store.add("trips", 1, task="joint", labels=["come", "go"], tagging={"entities": entities})
        self._store.add("places", 1, task="tagging", labels=entities, tagging={"entities": entities})
        self._orders = _AtOnce(self._look)
        self._repository = self._store.repository(default_model="reviews", orders=self._orders)
        settings = Settings(artifacts=artifacts, admin_token=TOKEN, feedback=feedback)
        self.app = create_app(settings, self._repository, orders=self._orders)
        self.restore()

    def restore(self) -> None:
        """Undoes what requests have changed: labels that were moved, models that were unloaded."""
        write_version_labels(self._store.folder, {name: {"stable": 1} for name in _OUTPUTS})
        for name in (*_OUTPUTS, "hotels"):
            self._orders.load(name)
        self._look()

    def answer(self, model: str) -> str:
        """The id of a request that ``model`` answered, of which nothing was told yet."""
        body = {"text": "a good film", "model": model}
        reply = Client(self.app).post("/predict", json=body, headers=HEADERS)
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


def path_parameters(model: str) -> dict[str, Any]:
    """The parts of paths that name a model, its version, its version label."""
    return {"name": model, "version": 1, "label": "stable"}


def name_what_is_served(body: Body, model: str, request_id: str) -> Body:
    """A valid body of any call with names, numbers and sizes of what there is in place of made-up ones.

    Args:
        model: one with the version label ``stable``.
        request_id: of a request that it answered.
    """
    body = deepcopy(body)
    known = {
        "model": model,
        "version": 1,
        "version_label": "stable",
        "request_id": request_id,
        "index": 0,
        "label": "positive",
    }
    body.update({key: value for key, value in known.items() if body.get(key) is not None})
    if outputs := body.get("outputs"):
        # All get the same name, and none may be asked for twice.
        del outputs[1:]
        outputs[0]["name"] = _OUTPUTS[model]
    inputs = body.get("inputs")
    for tensor in inputs if isinstance(inputs, list) else ():
        # TensorFlow Serving's inputs are the texts themselves.
        if isinstance(tensor, dict) and tensor.get("data"):
            tensor["shape"][0] = len(tensor["data"])
    return body
