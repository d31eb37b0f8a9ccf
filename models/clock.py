"""Which units of a Clockwork network run when: the rule that config, Keras and ONNX follow alike."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def wrong_periods(units: int, periods: Sequence[int]) -> str | None:
    """What is wrong with the periods of groups, without a full stop; None where nothing is."""
    shown = f"periods = {list(periods)}"
    if not periods or periods[0] < 1 or any(fast >= slow for fast, slow in pairwise(periods)):
        return f"{shown} is not allowed; use ascending whole numbers of at least 1, such as [1, 2, 4, 8]"
    if units % len(periods):
        return (
            f"{shown} makes {len(periods)} groups, which do not divide units = {units}; "
            f"use units that are a multiple of {len(periods)}, or as many periods as divide {units}"
        )
    return None


def unit_periods(units: int, periods: Sequence[int]) -> Floats:
    """The period of each unit: [units]."""
    return np.repeat(np.array(periods, np.float32), units // len(periods))


def connected(units: int, periods: Sequence[int]) -> Floats:
    """1 where a unit (column) reads the memory of one as slow or slower (row): [units, units]."""
    period = unit_periods(units, periods)
    return (period[:, None] >= period[None, :]).astype(np.float32)
