"""How often a caller may ask, by a clock that the test holds."""

import pytest

from service.rate import RateLimit


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_caller_may_ask_at_the_rate_and_burst_for_one_second() -> None:
    clock = Clock()
    limit = RateLimit(5.0, clock)
    assert [limit.wait_s("a") for _ in range(5)] == [0.0] * 5
    assert limit.wait_s("a") == pytest.approx(0.2)
    assert limit.wait_s("b") == 0.0
    clock.now += 0.2
    assert limit.wait_s("a") == 0.0
    assert limit.wait_s("a") > 0.0
    clock.now += 3600
    assert [limit.wait_s("a") == 0.0 for _ in range(6)] == [True] * 5 + [False]


def test_over_a_long_time_it_is_the_rate_to_a_request() -> None:
    clock = Clock()
    limit = RateLimit(0.5, clock)
    passed = 0
    for _ in range(1000):
        clock.now += 0.1
        passed += limit.wait_s("a") == 0.0
    assert passed == pytest.approx(50, abs=3)


def test_callers_are_forgotten_so_that_memory_stays_small() -> None:
    clock = Clock()
    limit = RateLimit(1.0, clock)
    for number in range(25_000):
        clock.now += 0.001
        assert limit.wait_s(f"caller {number}") == 0.0
    assert len(limit._buckets) <= 10_000
    assert limit.wait_s("caller 24999") > 0.0
