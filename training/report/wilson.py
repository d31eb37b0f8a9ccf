"""An interval for a share of few rows."""

from models.runtime.manifest import Interval


def wilson(share: float, n: float) -> Interval:
    """The 95 % score interval of a share of ``n`` rows; 0 to 1 without rows.

    It holds for few rows and for shares of 0 and 1, where a bootstrap has nothing to draw. Wilson, Probable
    inference, the law of succession, and statistical inference, 1927.
    """
    from scipy.stats import binomtest

    if n <= 0:
        return Interval(value=share, low=0.0, high=1.0)
    found = binomtest(round(share * n), round(n)).proportion_ci(method="wilson")
    return Interval(value=share, low=float(found.low), high=float(found.high))
