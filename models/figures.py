"""How a measured share is written: in percent with one decimal, rounded once, the same wherever it is shown.

A share written with two decimals in one place and with one in another invites a reader to round what was
rounded already: 0.88249 would be 88.25 % here and 88.3 % there.
"""

from decimal import ROUND_HALF_UP, Decimal


def in_percent(share: float, *, signed: bool = False) -> str:
    """0.88249 as "88.2"; a difference of two shares, in percentage points, with its sign."""
    return _written(_exact(share).scaleb(2), 1, signed)


def in_thousandths(share: float, *, signed: bool = False) -> str:
    """0.88249 as "0.882": the same digits as in percent."""
    return _written(_exact(share), 3, signed)


def _exact(share: float) -> Decimal:
    """The share without what binary fractions add: 0.9 - 0.8975 is 0.0025."""
    return Decimal(f"{share:.12f}")


def _written(value: Decimal, digits: int, signed: bool) -> str:
    """Halves are rounded away from zero; zero has no sign."""
    rounded = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    if not rounded:
        return f"{abs(rounded):f}"
    return f"{rounded:+f}" if signed else f"{rounded:f}"
