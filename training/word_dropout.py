"""Training texts with some of their words hidden, so that no single word carries an answer."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from models.text.spec import OTHER_ID, PADDING_ID
from training.batching import Batch


def hide_words(batches: Iterable[Batch], share: float, seed: int, epoch: int) -> Iterator[Batch]:
    """Each token becomes "other" with probability ``share``; which ones is a function of seed and epoch.

    Reference: Iyyer et al., Deep unordered composition rivals syntactic methods, 2015, section 2.2 (there
    words are left out; here their place stays, as a word the vocabulary lacks).
    """
    random = np.random.default_rng([seed, epoch, 1])
    for batch in batches:
        hidden = (random.random(batch.ids.shape, dtype=np.float32) < share) & (batch.ids != PADDING_ID)
        yield replace(batch, ids=np.where(hidden, np.int32(OTHER_ID), batch.ids))
