"""How numbers are written on the page."""

from models.runtime.manifest import Interval


def percent(share: float) -> str:
    """0.869 as "86.9 %", which no line break splits."""
    return f"{100 * share:.1f}\u00a0%"


def points(difference: float) -> str:
    """A difference of two shares in percentage points, with its sign."""
    return f"{_signed(100 * difference, 1)}\u00a0points"


def points_alone(difference: float) -> str:
    """The same without the unit."""
    return _signed(100 * difference, 1)


def signed(difference: float) -> str:
    """A difference with its sign, three digits."""
    return _signed(difference, 3)


def figure(value: float) -> str:
    """Three digits."""
    return f"{value:.3f}"


def spaced(name: str) -> str:
    """A name with its percentages written as elsewhere on the page."""
    return name.replace(" %", "%").replace("%", "\u00a0%")


def interval(found: Interval) -> str:
    """Both ends, three digits each."""
    return f"{found.low:.3f} to {found.high:.3f}"


def count(number: float) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,.0f}"


FILTERS = {
    named.__name__: named
    for named in (percent, points, points_alone, signed, figure, spaced, interval, count)
}


def _signed(value: float, digits: int) -> str:
    text = f"{value:+.{digits}f}"
    return text.replace("-", "\u2212") if float(text) else text[1:]
