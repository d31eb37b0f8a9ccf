"""Where a value falls among limits: the buckets of histograms."""

from bisect import bisect_left
from collections.abc import Sequence

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)

ABOVE = "+Inf"


def bin_of(limits: Sequence[float], value: float) -> int:
    """Index of the first limit that ``value`` does not exceed; ``len(limits)`` where it exceeds all."""
    return bisect_left(limits, value)


def names_of(limits: Sequence[float]) -> list[str]:
    """Names of the bins, as Prometheus writes them."""
    return [f"{limit:g}" for limit in limits] + [ABOVE]


def cumulated(counts: Sequence[float], limits: Sequence[float]) -> list[tuple[str, float]]:
    """Prometheus' buckets: each holds what does not exceed its limit."""
    total = 0.0
    buckets = []
    for name, number in zip(names_of(limits), counts, strict=True):
        total += number
        buckets.append((name, total))
    return buckets
