"""Training texts with some of their words hidden, so that no single word carries an answer."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

import numpy as np

from models.text.case import CASE_TOKENS
from models.text.spec import OTHER_ID, PADDING_ID
from models.text.vocabulary import Vocabulary
from training.batching import Batch


def hide_words(
    batches: Iterable[Batch], share: float, seed: int, epoch: int, cases: Collection[int] = ()
) -> Iterator[Batch]:
    """Each word becomes "other" with probability ``share``; which ones is a function of seed and epoch.

    Args:
        cases: the ids that tell how the next word is capitalised. They are no words and stay, also before a
            hidden word: a text's unknown words are told with their case, too.

    Reference: Iyyer et al., Deep unordered composition rivals syntactic methods, 2015, section 2.2 (there
    words are left out; here their place stays, as a word the vocabulary lacks).
    """
    random = np.random.default_rng([seed, epoch, 1])
    kept = (PADDING_ID, *cases)
    for batch in batches:
        hidden = (random.random(batch.ids.shape, dtype=np.float32) < share) & np.isin(
            batch.ids, kept, invert=True
        )
        yield replace(batch, ids=np.where(hidden, np.int32(OTHER_ID), batch.ids))


def case_ids(vocabulary: Vocabulary) -> tuple[int, ...]:
    """The ids that tell how the next word is capitalised; none where a model is not told."""
    return tuple(vocabulary.ids[token] for token in CASE_TOKENS if token in vocabulary.ids)
