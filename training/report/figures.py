"""How numbers are written on the page."""

from models.figures import in_percent, in_thousandths
from models.runtime.manifest import Interval


def percent(share: float) -> str:
    """0.869 as "86.9 %", which no line break splits."""
    return f"{in_percent(share)}\u00a0%"


def points(difference: float) -> str:
    """A difference of two shares in percentage points, with its sign."""
    return f"{points_alone(difference)}\u00a0points"


def points_alone(difference: float) -> str:
    """The same without the unit."""
    return _with_minus(in_percent(difference, signed=True))


def signed(difference: float) -> str:
    """A difference with its sign, three digits."""
    return _with_minus(in_thousandths(difference, signed=True))


def figure(value: float) -> str:
    """Three digits."""
    return in_thousandths(value)


def spaced(name: str) -> str:
    """A name with its percentages written as elsewhere on the page."""
    return name.replace(" %", "%").replace("%", "\u00a0%")


def interval(found: Interval) -> str:
    """Both ends, three digits each."""
    return f"{in_thousandths(found.low)} to {in_thousandths(found.high)}"


def count(number: float) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,.0f}"


FILTERS = {
    named.__name__: named
    for named in (percent, points, points_alone, signed, figure, spaced, interval, count)
}


def _with_minus(text: str) -> str:
    """With a minus sign instead of a hyphen."""
    return text.replace("-", "\u2212")
