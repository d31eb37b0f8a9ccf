"""A candidate beside the stable version: its share, its failures, what is compared."""

import math
import threading

import pytest

from service.app import create_app, sticky_key
from service.comparison import Comparison
from service.errors import DeadlineError
from service.handlers import Handlers, Trace
from service.judge import Limits
from service.schemas import PredictRequest
from service.trial import Counts, Trial
from service.trials import Trials
from tests.service.fakes import FakeEngine

TEXTS = ["good", "bad", "a film", "the film is good", "好", "bad bad film", "is", "good the a"]


class WrongEngine(FakeEngine):
    """Says the opposite."""

    def logits(self, ids):
        first, second = super().logits(ids)
        return [second - self.offset, first]


class FailingEngine(FakeEngine):
    def logits(self, ids):
        raise RuntimeError("broken")


def same_labels(engine: FakeEngine) -> FakeEngine:
    engine.offset = 0.0
    return engine


@pytest.fixture
def make(store, settings):
    """Handlers on a stable version 1 and a candidate 2."""

    def build(candidate=None, **plan):
        for version, engine in ((1, FakeEngine()), (2, candidate or FakeEngine())):
            store.add("reviews", version)
            store.engines["reviews", version] = engine
        repository = store.repository(limits=Limits(least=20), **plan)
        repository.look()
        comparison = Comparison()
        comparison._thread = threading.current_thread()  # compared by hand
        return repository, Handlers(settings, repository, Trials(comparison=comparison)), comparison

    return build


def ask(handlers: Handlers, text: str, **request) -> tuple[int, dict]:
    trace = Trace(started=0.0)
    body = handlers.predict(PredictRequest(text=text, **request), trace)
    assert trace.version == body["version"]
    return body["version"], body["predictions"][0]


def compare_all(comparison: Comparison) -> None:
    while comparison._waiting:
        comparison.compare_waiting()


def test_a_canary_answers_its_share_and_the_same_caller_is_always_answered_by_the_same(make) -> None:
    repository, _, _ = make(canary="reviews=2:10")
    (trial,) = repository.trials()
    keys = [f"request-{number}" for number in range(10_000)]
    taken = [key for key in keys if trial.answers(key)]
    assert abs(len(taken) - 1000) < 4 * math.sqrt(10_000 * 0.1 * 0.9)
    assert taken == [key for key in keys if trial.answers(key)]
    by_chance = sum(trial.answers(None) for _ in range(10_000))
    assert abs(by_chance - 1000) < 4 * math.sqrt(10_000 * 0.1 * 0.9)


def test_a_candidate_is_not_the_newest_that_answers_by_default(make) -> None:
    repository, handlers, _ = make(shadow="reviews=2")
    assert {ask(handlers, text)[0] for text in TEXTS} == {1}
    assert ask(handlers, "good", version=2)[0] == 2
    assert repository.trials()[0].counts.requests == 0


def test_a_request_that_names_a_version_is_no_trial(make) -> None:
    repository, handlers, comparison = make(canary="reviews=2:50")
    for text in TEXTS:
        ask(handlers, text, version=2)
        ask(handlers, text, version=1)
    assert repository.trials()[0].counts == Counts()
    assert not comparison._waiting


def test_the_candidate_is_asked_what_the_stable_version_has_answered(make) -> None:
    repository, handlers, comparison = make(WrongEngine(), shadow="reviews=2")
    for text in TEXTS:
        assert ask(handlers, text)[0] == 1
    compare_all(comparison)
    counts = repository.trials()[0].counts
    assert (counts.compared, counts.disagreed) == (len(TEXTS), len(TEXTS))


def test_equal_answers_do_not_disagree(make) -> None:
    repository, handlers, comparison = make(shadow="reviews=2")
    for text in TEXTS:
        ask(handlers, text)
    compare_all(comparison)
    assert repository.trials()[0].counts == Counts(compared=len(TEXTS))


def test_where_a_canary_fails_the_stable_version_answers(make) -> None:
    repository, handlers, _ = make(FailingEngine(), canary="reviews=2:99.99")
    versions = [ask(handlers, text)[0] for text in TEXTS * 3]
    assert set(versions) == {1}
    counts = repository.trials()[0].counts
    assert counts.failures == counts.requests > 20


def test_a_canary_that_is_too_late_counts_as_failed(make, monkeypatch) -> None:
    repository, handlers, _ = make(canary="reviews=2:99.99")

    def late(rows, deadline):
        raise DeadlineError("late")

    (trial,) = repository.trials()
    monkeypatch.setattr(trial.candidate.batcher, "run", late)
    with pytest.raises(DeadlineError):
        ask(handlers, "good")
    assert trial.counts == Counts(requests=1, failures=1)


def test_a_shadow_that_fails_disagrees_and_fails_nobody(make) -> None:
    repository, handlers, comparison = make(FailingEngine(), shadow="reviews=2")
    for text in TEXTS:
        assert ask(handlers, text)[0] == 1
    compare_all(comparison)
    counts = repository.trials()[0].counts
    assert (counts.compared, counts.disagreed) == (len(TEXTS), len(TEXTS))


@pytest.mark.parametrize(
    ("engine", "plan"),
    [
        (WrongEngine, {"canary": "reviews=2:99"}),
        (FailingEngine, {"canary": "reviews=2:99"}),
        (WrongEngine, {"shadow": "reviews=2"}),
    ],
)
def test_a_bad_candidate_is_withdrawn_by_itself(make, engine, plan) -> None:
    repository, handlers, comparison = make(engine(), **plan)
    for text in TEXTS * 5:
        ask(handlers, text)
    compare_all(comparison)
    repository.judge.judge(repository.trials())
    repository.look()
    assert repository.trials() == []
    assert {ask(handlers, text)[0] for text in TEXTS * 3} == {1}
    assert repository.orders.standing().withdrawn["reviews"].keys() == {2}


def test_a_good_candidate_stays(make) -> None:
    repository, handlers, comparison = make(canary="reviews=2:50")
    for text in TEXTS * 8:
        ask(handlers, text)
    compare_all(comparison)
    repository.judge.judge(repository.trials())
    repository.look()
    assert len(repository.trials()) == 1


def test_a_canary_follows_its_label_and_one_withdrawn_can_be_tried_again(make, store) -> None:
    from models.runtime.version_labels import write_version_labels

    repository, _, _ = make(canary="reviews=next:50")
    assert repository.trials() == []
    write_version_labels(store.folder, {"reviews": {"stable": 1, "next": 2}})
    repository.look()
    assert [trial.candidate.version for trial in repository.trials()] == [2]
    repository.orders.withdraw("reviews", 2, "bad")
    repository.look()
    assert repository.trials() == []
    repository.orders.try_again("reviews", 2)
    repository.look()
    assert [trial.candidate.version for trial in repository.trials()] == [2]


def test_what_waits_too_long_to_be_compared_is_left_out(make, monkeypatch) -> None:
    from service import comparison as module

    monkeypatch.setattr(module, "_MOST_WAITING", 3)
    _, handlers, comparison = make(shadow="reviews=2")
    for text in TEXTS:
        ask(handlers, text)
    assert len(comparison._waiting) == 3


def test_the_comparison_runs_by_itself(make, monkeypatch) -> None:
    import time

    repository, handlers, comparison = make(shadow="reviews=2")
    comparison._thread = None
    for text in TEXTS:
        ask(handlers, text)
    until = time.monotonic() + 10
    while repository.trials()[0].counts.compared < len(TEXTS):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_counts_keep_what_a_trial_has_seen(make) -> None:
    repository, _, _ = make(canary="reviews=2:50")
    (trial,) = repository.trials()
    trial.count_request(failed=True)
    repository.look()
    (same,) = repository.trials()
    assert same is trial
    assert isinstance(same, Trial)


def test_answers_are_compared_by_what_they_say_in_every_task(make, monkeypatch) -> None:
    from service import comparison as module

    repository, _, _ = make(shadow="reviews=2")
    (trial,) = repository.trials()
    monkeypatch.setattr(module, "prediction_as_dict", lambda body, manifest, top: body)

    def says(body):
        return module.gist(trial.stable, body)

    def entity(start, kind, confidence):
        return {"start": start, "end": 5, "value": "Paris", "entity": kind, "confidence": confidence}

    sure, unsure = entity(0, "city", 0.9), entity(0, "city", 0.6)
    flight = {"name": "flight", "confidence": 0.9}
    assert says({"entities": [sure]}) == says({"entities": [unsure]})
    assert says({"entities": [sure]}) != says({"entities": [entity(0, "person", 0.9)]})
    assert says({"entities": [sure]}) != says({"entities": []})
    assert says({"intent": flight, "entities": []}) != says(
        {"intent": flight | {"name": "fare"}, "entities": []}
    )
    several = [{"label": "a", "confidence": 0.9}, {"label": "b", "confidence": 0.8}]
    assert says({"labels": several}) == says({"labels": several[::-1]})
    assert says({"labels": several}) != says({"labels": several[:1]})
    assert says({"label": "a", "confidence": 0.9}) == says({"label": "a", "confidence": 0.6})
    assert says({"output": "x"}) != says({"output": "y"})


def test_a_caller_stays_with_one_version_by_its_key_or_by_the_id_it_sends(store, settings) -> None:
    for version in (1, 2):
        store.add("reviews", version)
    repository = store.repository(canary="reviews=2:50", limits=Limits(least=10**6), sticky_key=sticky_key)
    repository.look()
    client = create_app(settings, repository).test_client()

    def answered_by(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post("/predict", data='{"text": "good"}', headers=named).get_json()["version"]

    (trial,) = repository.trials()
    callers = [f"Bearer key-{number}" for number in range(20)]
    by_key = [answered_by(Authorization=caller) for caller in callers]
    assert by_key == [2 if trial.answers(caller) else 1 for caller in callers]
    assert set(by_key) == {1, 2}
    for _ in range(3):
        assert [answered_by(Authorization=caller) for caller in callers] == by_key
    # An id that the caller chose counts more than its key.
    ids = [f"user-{number}" for number in range(20)]
    by_id = [answered_by(Authorization=callers[0], X_Request_ID=each) for each in ids]
    assert by_id == [2 if trial.answers(each) else 1 for each in ids]
