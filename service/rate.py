"""How often a caller may ask: a bucket of tokens each, filled at a steady rate."""

import time
from collections.abc import Callable

_MOST_CALLERS = 10_000


class RateLimit:
    """Lets each caller make ``per_second`` requests a second, and as many at once as come in one second.

    Args:
        clock: seconds that never go back, whatever happens to the time of day.
    """

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_second
        self._burst = max(1.0, per_second)
        self._clock = clock
        # Of each caller: tokens, and when there were so many.
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait_s(self, caller: str) -> float:
        """0 where the caller may go on, which takes a token; else seconds until there is one."""
        now = self._clock()
        tokens, then = self._buckets.get(caller, (self._burst, now))
        tokens = min(self._burst, tokens + (now - then) * self._rate)
        if tokens < 1.0:
            return (1.0 - tokens) / self._rate
        if len(self._buckets) >= _MOST_CALLERS:
            self._forget(now)
        self._buckets[caller] = (tokens - 1.0, now)
        return 0.0

    def _forget(self, now: float) -> None:
        """Leaves out those whose bucket is full again; if nobody's is, the one who asked longest ago."""
        self._buckets = {
            caller: (tokens, then)
            for caller, (tokens, then) in self._buckets.items()
            if tokens + (now - then) * self._rate < self._burst
        }
        if len(self._buckets) >= _MOST_CALLERS:
            del self._buckets[min(self._buckets, key=lambda caller: self._buckets[caller][1])]
