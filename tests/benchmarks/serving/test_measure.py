"""A request that the service answered but did not count ends the measurement."""

from typing import Any, cast

import pytest

from benchmarks.serving import measure
from benchmarks.serving.load import Load

LOAD = Load(requests=100, seconds=1.0, errors=0, p50_s=0.01, p99_s=0.02)


class FakeServer:
    def __init__(self, counted: int) -> None:
        self.count = counted

    def counted(self) -> int:
        return self.count


def check(counted: int) -> None:
    measure._check_counted(cast(Any, FakeServer(1000 + counted)), 1000, LOAD, clients=16)


@pytest.mark.parametrize("counted", [100, 116])
def test_answers_that_came_after_the_clients_had_left_may_be_counted_too(counted: int) -> None:
    check(counted)


@pytest.mark.parametrize("counted", [99, 117])
def test_every_answer_is_counted_once(counted: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure.time, "sleep", lambda seconds: None)
    ticks = iter(range(0, 100, 3))
    monkeypatch.setattr(measure.time, "monotonic", lambda: next(ticks))
    with pytest.raises(SystemExit, match=f"100 requests were answered, but /metrics counted {counted}"):
        check(counted)
