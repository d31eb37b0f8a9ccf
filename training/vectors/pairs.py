"""What skip-gram learns from: each word with those around it."""

from collections.abc import Sequence

from models.text.plain import PlainText
from models.text.table import CodeClass, load_table

_WORDLIKE = {CodeClass.LETTER, CodeClass.DIGIT, CodeClass.HAN}


def words_of(plain: PlainText, text: str) -> list[str]:
    """The tokens of a text that hold a letter, a digit or a Han character: no punctuation."""
    classes = load_table().classes
    return [
        token
        for token in plain.tokenize(text).tokens
        if any(classes[ord(character)] in _WORDLIKE for character in token)
    ]


def skip_gram_pairs(words: Sequence[str], window: int) -> list[tuple[str, str]]:
    """Each word with every other one at most ``window`` places away, both in reading order.

    gensim draws a smaller window for each word at random; this is every pair that it may draw.

    Reference: Mikolov et al., Efficient estimation of word representations in vector space, 2013, section
    3.2.
    """
    return [
        (word, words[near])
        for place, word in enumerate(words)
        for near in range(max(0, place - window), min(len(words), place + window + 1))
        if near != place
    ]
