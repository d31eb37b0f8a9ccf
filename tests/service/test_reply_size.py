"""Replies are bounded on every route that lists the probabilities of labels."""

import pytest

from service import reply_size

TEXTS = ["good", "bad film", "a"]
TENSOR = {"name": "text", "shape": [3], "datatype": "BYTES", "data": TEXTS}
LARGE = [
    ("/predict", {"texts": TEXTS}),
    ("/explain", {"texts": ["a good film", "bad"]}),
    ("/v1/models/reviews:predict", {"instances": TEXTS}),
    ("/v1/models/reviews:classify", {"examples": [{"text": text} for text in TEXTS]}),
    ("/v2/models/reviews/infer", {"inputs": [TENSOR]}),
]
SMALL = [
    ("/predict", {"texts": TEXTS, "top": 1}),
    ("/predict", {"texts": TEXTS[:2]}),
    ("/explain", {"texts": ["a good film", "bad"], "top": 1}),
    ("/v2/models/reviews/infer", {"inputs": [TENSOR], "outputs": [{"name": "label"}]}),
]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five probabilities may be listed; each answer has two."""
    monkeypatch.setattr(reply_size, "MOST_PROBABILITIES", 5)


@pytest.mark.parametrize(("path", "body"), LARGE)
def test_a_reply_that_would_be_too_large_is_refused(client, few, path, body) -> None:
    reply = client.post(path, json=body)
    status = 413 if not path.startswith(("/v1/", "/v2/")) else 400
    assert (reply.status_code, reply.get_json()["code"]) == (status, "REPLY_TOO_LARGE")
    assert "at most 5 are allowed" in reply.get_json()["error"]


@pytest.mark.parametrize(("path", "body"), SMALL)
def test_who_asks_for_less_is_answered(client, few, path, body) -> None:
    assert client.post(path, json=body).status_code == 200


@pytest.mark.parametrize(("path", "body"), LARGE)
def test_usual_replies_are_far_from_the_limit(client, path, body) -> None:
    assert client.post(path, json=body).status_code == 200
