"""Texts changed on purpose, to see what a model's answers rest on; the same seed, the same changes."""

import re
import string
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from models.text.plain import PlainText
from models.text.spec import TextRule

NEGATIONS_ENGLISH = (
    "not", "no", "never", "none", "nobody", "nothing", "nowhere", "neither", "nor", "cannot", "without",
    "hardly", "barely", "scarcely",
)  # fmt: skip
"""Whole words, in any case; any word that ends in n't counts too."""
NEGATIONS_CHINESE = "不没沒無无未勿"
"""Characters, wherever they stand. Not among them: 非 and 别, which mostly stand in 非常 and 特别."""

_NEGATION = re.compile(
    rf"(?<![^\W_])(?:{'|'.join(NEGATIONS_ENGLISH)})(?![^\W_])|n['’]t(?![^\W_])|[{NEGATIONS_CHINESE}]",
    re.IGNORECASE,
)
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# A Han character is a word of its own; other words need a letter in the middle to be misspelt.
_WORD = re.compile(rf"[{_HAN}]|[^\W\d_{_HAN}]{{3,}}")
_IS_HAN = re.compile(f"[{_HAN}]")


def has_negation(text: str) -> bool:
    """Whether a word of the lists stands in the text."""
    return _NEGATION.search(text) is not None


def words_read(rule: TextRule, texts: Sequence[str]) -> list[list[str]]:
    """The words of each text, as it writes them, as far as a network with this rule reads it."""
    plain = PlainText(rule)
    words = PlainText(replace(rule, unit="word", max_length=sys.maxsize))
    found = []
    for text in texts:
        kept = plain.tokenize(text)
        if kept.total > len(kept.spans):
            head, tail = kept.spans[: rule.head_length], kept.spans[rule.head_length :]
            text = " ".join([text[: head[-1][1]] if head else "", text[tail[0][0] :] if tail else ""])
        found.append([text[start:end] for start, end in words.tokenize(text).spans])
    return found


def shuffled(words: Sequence[Sequence[str]], seed: int) -> list[str]:
    """Texts with these words in another order and a space between two."""
    draw = np.random.default_rng(seed)
    return [" ".join(text[i] for i in draw.permutation(len(text)).tolist()) for text in words]


def misspelt(texts: Sequence[str], seed: int, share: float = 0.1) -> list[str]:
    """Each word with a chance of ``share`` to be misspelt.

    A word is a run of three or more letters; with equal chances two neighbouring letters behind the first
    change places, one is left out, doubled, or replaced by a letter of a to z. A Han character is a word too:
    it is left out, doubled, or replaced by a Han character drawn from these texts.
    """
    draw = np.random.default_rng(seed)
    han = [character for text in texts for character in _IS_HAN.findall(text)]

    def change(match: re.Match[str]) -> str:
        word = match.group()
        if draw.random() >= share:
            return word
        if len(word) == 1:
            return ("", word * 2, han[int(draw.integers(len(han)))])[int(draw.integers(3))]
        return _EDITS[int(draw.integers(len(_EDITS)))](word, draw)

    return [_WORD.sub(change, text) for text in texts]


def _swap(word: str, draw: np.random.Generator) -> str:
    i = int(draw.integers(1, len(word) - 1))
    return word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def _drop(word: str, draw: np.random.Generator) -> str:
    i = int(draw.integers(1, len(word)))
    return word[:i] + word[i + 1 :]


def _double(word: str, draw: np.random.Generator) -> str:
    i = int(draw.integers(1, len(word)))
    return word[:i] + word[i] + word[i:]


def _replace(word: str, draw: np.random.Generator) -> str:
    i = int(draw.integers(1, len(word)))
    return word[:i] + string.ascii_lowercase[int(draw.integers(26))] + word[i + 1 :]


_EDITS: tuple[Callable[[str, np.random.Generator], str], ...] = (_swap, _drop, _double, _replace)
