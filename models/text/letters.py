"""Words as letter trigrams: #apple# is #ap app ppl ple le#. The rule that both text twins follow.

There is one trigram for each letter of a word, the letter and its two neighbours, where # stands before the
first and behind the last. Only the 26 letters a-z (capitals count as small) and the border are told apart:
a trigram that holds anything else, such as a digit, an accented or a Han character, is "other". So 27^3
trigrams and other are all that a word is made of.

The ids of a text are those of its words' trigrams, one word after the other. A trigram that begins with #
begins a word; other has two ids, ``OTHER_ID`` where it begins a word and ``OTHER_INSIDE_ID`` elsewhere.

Reference: Huang et al., Learning deep structured semantic models for web search using clickthrough data,
2013, section 3.2 (word hashing).
"""

from functools import lru_cache
from itertools import product

from models.text.spec import OTHER_ID
from models.text.vocabulary import SPECIAL, Vocabulary

BORDER = "#"
ALPHABET = BORDER + "abcdefghijklmnopqrstuvwxyz"
BASE = len(ALPHABET)
FIRST_ID = OTHER_ID + 1
"""Of the trigram ###, from which on all stand in the order of ``ALPHABET``."""
BEGINNING_END = FIRST_ID + BASE * BASE
"""Trigrams with ids below this one begin with the border."""
OTHER_INSIDE_ID = FIRST_ID + BASE**3
OTHER_INSIDE_TOKEN = "[OTHER INSIDE]"

PLACES = {letter: place for place, letter in enumerate(ALPHABET[1:], start=1)} | {
    letter.upper(): place for place, letter in enumerate(ALPHABET[1:], start=1)
}


@lru_cache(maxsize=2**17)
def trigram_ids(word: str) -> tuple[int, ...]:
    """The id of the trigram around each character of ``word``, which has at least one."""
    places = [0, *(PLACES.get(character, -1) for character in word), 0]
    ids = [
        OTHER_INSIDE_ID if min(three) < 0 else FIRST_ID + (three[0] * BASE + three[1]) * BASE + three[2]
        for three in zip(places, places[1:], places[2:], strict=False)
    ]
    if ids[0] == OTHER_INSIDE_ID:
        ids[0] = OTHER_ID
    return tuple(ids)


def is_unknown(ids: tuple[int, ...]) -> bool:
    """Whether a word has no trigram but other."""
    return all(trigram in (OTHER_ID, OTHER_INSIDE_ID) for trigram in ids)


def trigram_vocabulary() -> Vocabulary:
    """Every trigram by its id; it is the same for every model."""
    return Vocabulary(SPECIAL + tuple(map("".join, product(ALPHABET, repeat=3))) + (OTHER_INSIDE_TOKEN,))
