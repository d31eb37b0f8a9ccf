"""How far what is served lies from what the model was trained on: the population stability index."""

import math
from collections.abc import Sequence

# Fewer texts say nothing: without any drift the index is about (bins - 1) / texts.
LEAST_TEXTS = 200
_LEAST_SHARE = 1e-4


def stability_index(expected: Sequence[float], counts: Sequence[float]) -> float:
    """The population stability index: the sum of (a - e) ln(a / e) over the bins.

    Siddiqi, Credit Risk Scorecards (2006), ch. 10: below 0.1 nothing has changed, above 0.25 much has. Shares
    below 1e-4 count as 1e-4.

    Args:
        expected: share of each bin in the reference.
        counts: how often each bin was seen; some was.
    """
    total = math.fsum(counts)
    index = 0.0
    for share, number in zip(expected, counts, strict=True):
        e, a = max(share, _LEAST_SHARE), max(number / total, _LEAST_SHARE)
        index += (a - e) * math.log(a / e)
    return index
