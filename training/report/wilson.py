"""An interval for a share of few rows."""

import math

from models.runtime.manifest import Interval

_Z = 1.959964  # the 97.5 % quantile of the normal distribution


def wilson(share: float, n: float) -> Interval:
    """The 95 % score interval of a share of ``n`` rows; 0 to 1 without rows.

    It holds for few rows and for shares of 0 and 1, where a bootstrap has nothing to draw. Wilson, Probable
    inference, the law of succession, and statistical inference, 1927.
    """
    if n <= 0:
        return Interval(value=share, low=0.0, high=1.0)
    z2 = _Z * _Z / n
    middle = (share + z2 / 2.0) / (1.0 + z2)
    half = _Z * math.sqrt(share * (1.0 - share) / n + z2 / (4.0 * n)) / (1.0 + z2)
    return Interval(value=share, low=max(0.0, middle - half), high=min(1.0, middle + half))
