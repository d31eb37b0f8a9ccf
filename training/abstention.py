"""How accurate the answers are when the least sure ones are left out."""

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import CoveragePoint

SHARES = tuple(round(share, 2) for share in np.arange(1.0, 0.0, -0.05).tolist())
"""The coverages of the curve."""


def coverage_curve(confidence: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> list[CoveragePoint]:
    """Accuracy of the surest answers, from all of them down to one in twenty.

    Answers of equal confidence are given together, so a coverage may be larger than asked for; equal points
    are given once. El-Yaniv and Wiener (2010), On the Foundations of Noise-free Selective Classification.

    Args:
        confidence: of the best guess of each row, [rows].
        right: whether it is right, [rows].
    """
    ordered = np.sort(confidence)[::-1]
    points: list[CoveragePoint] = []
    for share in SHARES:
        threshold = float(ordered[max(1, round(share * len(ordered))) - 1])
        answered = confidence >= threshold
        point = CoveragePoint(
            threshold=threshold, coverage=float(answered.mean()), accuracy=float(right[answered].mean())
        )
        if not points or point != points[-1]:
            points.append(point)
    return points
