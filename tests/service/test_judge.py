"""One of several workers withdraws a candidate."""

import multiprocessing
from pathlib import Path
from types import SimpleNamespace

import pytest

from service.judge import WINDOW_S, Judge, Limits
from service.orders import Orders
from service.trial import Counts

LIMITS = Limits(failures=0.1, disagreement=0.3, least=20)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def trial(version: int = 2, **counts: int) -> SimpleNamespace:
    candidate = SimpleNamespace(name="reviews", version=version)
    found = SimpleNamespace(candidate=candidate, counts=Counts(**counts))
    return type("Seen", (SimpleNamespace,), {"__hash__": object.__hash__})(**vars(found))


@pytest.mark.parametrize(
    ("counts", "withdrawn"),
    [
        ({"requests": 100, "failures": 11}, True),
        ({"requests": 100, "failures": 10}, False),
        ({"requests": 19, "failures": 19}, False),
        ({"compared": 100, "disagreed": 31}, True),
        ({"compared": 100, "disagreed": 30}, False),
        ({"compared": 19, "disagreed": 19}, False),
        ({}, False),
    ],
)
def test_a_candidate_is_withdrawn_above_a_share_of_enough(counts: dict[str, int], withdrawn: bool) -> None:
    orders = Orders()
    Judge(orders, LIMITS).judge([trial(**counts)])
    assert (2 in orders.standing().withdrawn.get("reviews", {})) is withdrawn


def test_what_several_workers_saw_is_added_up_and_one_decides(tmp_path: Path, monkeypatch) -> None:
    orders = Orders(tmp_path)
    workers = []
    for pid in (101, 102, 103):
        monkeypatch.setattr("os.getpid", lambda pid=pid: pid)
        judge = Judge(orders, LIMITS, tmp_path)
        judge.judge([trial(compared=9, disagreed=9)])
        workers.append(judge)
    monkeypatch.setattr("os.getpid", lambda: 101)
    assert [bool(judge._history) for judge in workers] == [True, False, False]
    assert orders.standing().withdrawn == {}, "each alone has seen too little"
    workers[0].judge([trial(compared=9, disagreed=9)])
    assert orders.standing().withdrawn["reviews"][2].startswith("it answered otherwise")
    number = orders.standing().number
    workers[0].judge([])
    assert orders.standing().number == number


def _hold(folder: Path, ready, go) -> None:
    Judge(Orders(folder), LIMITS, folder).judge([])
    ready.set()
    go.wait(30)


def test_another_worker_decides_when_the_one_that_did_has_died(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready, go = context.Event(), context.Event()
    (tmp_path / "trials").mkdir()
    process = context.Process(target=_hold, args=(tmp_path, ready, go))
    process.start()
    try:
        assert ready.wait(60)
        judge = Judge(Orders(tmp_path), LIMITS, tmp_path)
        judge.judge([])
        assert not judge._history
    finally:
        process.kill()
        process.join(30)
    judge.judge([])
    assert judge._history


def test_old_faults_are_forgotten_and_new_ones_are_not_diluted() -> None:
    orders, clock = Orders(), Clock()
    judge = Judge(orders, LIMITS, clock=clock)
    seen = trial(requests=10_000)
    for _ in range(3):
        judge.judge([seen])
        clock.now += WINDOW_S / 2 + 1
    seen.counts = Counts(requests=10_030, failures=30)
    judge.judge([seen])
    assert "30 of 30 times" in orders.standing().withdrawn["reviews"][2]


def test_a_candidate_that_is_tried_again_begins_anew() -> None:
    orders = Orders()
    judge = Judge(orders, LIMITS)
    judge.judge([trial(requests=100, failures=100)])
    orders.try_again("reviews", 2)
    judge.judge([trial(requests=100)])
    assert orders.standing().withdrawn["reviews"] == {}


def test_a_trial_that_begins_again_takes_nothing_back() -> None:
    orders = Orders()
    judge = Judge(orders, LIMITS)
    judge.judge([trial(requests=15, failures=15)])
    judge.judge([trial(requests=10, failures=10)])
    assert "25 of 25" in orders.standing().withdrawn["reviews"][2]
