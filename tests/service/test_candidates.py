"""A candidate that is not tried says why, in the log once and on /readyz."""

import json

import pytest

from models.runtime.version_labels import write_version_labels
from service.app import create_app
from service.schemas import ReadyReply


def events(capfd: pytest.CaptureFixture[str]) -> list[str]:
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    return [line["reason"] for line in lines if line["event"] == "candidate_missing"]


@pytest.fixture
def make(store):
    for version in (1, 2):
        store.add("reviews", version)
    store.add("reviews", 3, fail="wrong hash")
    write_version_labels(store.folder, {"reviews": {"stable": 1}})
    return store.repository


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        ({"canary": "review=2:10"}, "there is no model 'review'; did you mean 'reviews'?"),
        ({"canary": "reviews=9:10"}, "there is no version 9; there are: 1, 2, 3"),
        ({"shadow": "reviews=next"}, "no version has the label 'next'"),
        ({"canary": "reviews=stable:10"}, "version 1 is the one that serves"),
        ({"shadow": "reviews=1"}, "version 1 is the one that serves"),
        ({"shadow": "reviews=3"}, "version 3 was refused: wrong hash"),
        ({"canary": "reviews=2:10", "shadow": "reviews=2"}, "version 2 is the canary already"),
    ],
)
def test_a_candidate_that_can_never_be_tried_is_told_once(make, capfd, plan, reason) -> None:
    repository = make(**plan)
    repository.look()
    repository.look()
    (told,) = events(capfd)
    assert told.endswith(f"is not tried: {reason}")
    ((*_, status),) = repository.candidates.values()
    assert (status.state, status.reason) == ("MISSING", reason)


def test_a_label_that_is_set_at_last_ends_it_and_one_taken_away_is_told_again(make, store, capfd) -> None:
    repository = make(canary="reviews=next:10")
    told = []
    for labels in ({"stable": 1}, {"stable": 1, "next": 2}, {"stable": 1}):
        write_version_labels(store.folder, {"reviews": labels})
        repository.look()
        told.append(len(events(capfd)))
    assert told == [1, 0, 1]


def test_ready_tells_of_candidates_that_are_tried_and_of_withdrawn_ones(make, settings) -> None:
    repository = make(canary="reviews=2:10")
    client = create_app(settings, repository, orders=repository.orders).test_client()

    def told() -> dict:
        body = client.get("/readyz").get_json()
        ReadyReply.model_validate(body)
        return body["candidates"]

    assert told() == {}
    repository.look()
    tried = {"kind": "canary", "candidate": 2, "version": 2, "percent": 10.0, "state": "TRIED", "reason": ""}
    assert told() == {"reviews": [tried]}
    repository.orders.withdraw("reviews", 2, "it failed")
    repository.watch._follower.follow()
    assert told() == {"reviews": [tried | {"state": "WITHDRAWN", "reason": "it failed"}]}


def test_before_the_first_look_is_over_nothing_is_missing(make, capfd) -> None:
    repository = make(canary="other=2:10")
    repository.watch._follower.follow()
    assert repository.candidates == {}
    assert events(capfd) == []
