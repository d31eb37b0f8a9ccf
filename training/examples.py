"""Dev texts that a saved model keeps, for people to try it with."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.text.plain import make_valid
from training.data.rows import Rows

MOST_EXAMPLES = 6
_MOST_CHARACTERS = 600
_MOST_TOKENS = 30


def example_texts(
    rows: Rows, lengths: Sequence[int] | npt.NDArray[np.int64], labels: Sequence[str]
) -> tuple[str, ...]:
    """Up to six short texts of usual length, the labels in turn.

    Args:
        lengths: tokens of each row.
        labels: of the model, in its order.
    """
    tokens = np.asarray(lengths)
    usual = min(float(np.median(tokens)), _MOST_TOKENS) if len(tokens) else 0.0
    nearest = np.argsort(np.abs(tokens - usual), kind="stable").tolist()
    readable = [i for i in nearest if tokens[i] and len(rows.texts[i]) <= _MOST_CHARACTERS]
    queues = [[i for i in readable if label in rows.labels[i]] for label in labels]
    chosen: dict[str, None] = {}
    while any(queues) and len(chosen) < MOST_EXAMPLES:
        for queue in filter(None, queues):
            chosen[make_valid(rows.texts[queue.pop(0)]).strip()] = None
    return tuple(chosen)[:MOST_EXAMPLES]
