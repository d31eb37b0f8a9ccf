"""Which words are typical of the training texts of a label: of the data, whatever the network makes of it.

The z-score of the log-odds ratio of a word between the texts of a label and all others, a word counting once
a text; a rare word has a small one by itself. Monroe, Colaresi and Quinn, Fightin' words: lexical feature
selection and evaluation for identifying the content of political conflict, 2008, section 3.5.1, with a flat
prior.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.text.spec import OTHER_ID
from training.evaluate import Targets

Floats = npt.NDArray[np.float64]

MOST_LABELS, MOST_WORDS, MOST_SCRIPTS = 40, 10, 4
_SMALLEST_SHARE = 0.001
_PRIOR = 0.5
_SMALLEST_Z = 1.96
_NAMES = {"CJK": "Han", "FULLWIDTH": "full-width"}


@dataclass(frozen=True, slots=True)
class TypicalWord:
    """A word with the number of training texts of the label it stands in, and of the others."""

    word: str
    here: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class WordFacts:
    """What training texts consist of.

    Attributes:
        typical: the words of each label, the most typical first; the most frequent labels first.
        pairs: whether a "word" is a pair of neighbours, as where most words are characters.
        scripts: share of the known words by the script they are written in, the most first.
    """

    typical: dict[str, list[TypicalWord]]
    pairs: bool
    scripts: dict[str, float]


def word_facts(
    labels: Sequence[str],
    tokens: Sequence[str],
    ids: Sequence[npt.NDArray[np.integer]],
    targets: Targets,
) -> WordFacts:
    """Looks at the training texts as the network reads them.

    Args:
        labels: of the network.
        tokens: by id.
        ids: of each text.
        targets: index of each text's label, -1 for none, [texts]; multilabel: 0 or 1, [texts, labels].
    """
    flat = np.concatenate(ids) if len(ids) else np.zeros(0, np.int64)
    text = np.repeat(np.arange(len(ids)), [len(each) for each in ids])
    known = flat > OTHER_ID
    counts = np.bincount(flat[known], minlength=len(tokens))
    pairs = _by_character(tokens, counts)
    grams = _pairs(flat, text, tokens) if pairs else _Grams(flat[known], text[known], list(tokens))
    member = targets == 1 if targets.ndim == 2 else targets[:, None] == np.arange(len(labels))
    return WordFacts(_typical(labels, grams, np.asarray(member)), pairs, _scripts(tokens, counts))


@dataclass(frozen=True, slots=True)
class _Grams:
    """Which gram stands in which text: numbers and texts [places], and the grams' names by number."""

    numbers: npt.NDArray[np.integer]
    texts: npt.NDArray[np.integer]
    names: list[str]


def _by_character(tokens: Sequence[str], counts: npt.NDArray[np.integer]) -> bool:
    """Whether most words are single letters, as in Chinese: one alone says little there."""
    words = np.array([token.isalpha() for token in tokens])
    single = np.array([len(token) == 1 for token in tokens])
    return bool(counts[words & single].sum() > 0.5 * counts[words].sum())


def _pairs(flat: npt.NDArray[np.integer], text: npt.NDArray[np.integer], tokens: Sequence[str]) -> _Grams:
    """Neighbouring letters that stand in the texts more than once, as one word each."""
    letters = np.array([place > OTHER_ID and token.isalpha() for place, token in enumerate(tokens)])
    joined = (text[1:] == text[:-1]) & letters[flat[1:]] & letters[flat[:-1]]
    codes = flat[:-1][joined].astype(np.int64) * len(tokens) + flat[1:][joined]
    found, numbers, often = np.unique(codes, return_inverse=True, return_counts=True)
    kept = often > 1
    places = kept[numbers]
    names = [_pair(tokens[code // len(tokens)], tokens[code % len(tokens)]) for code in found[kept].tolist()]
    return _Grams((np.cumsum(kept) - 1)[numbers][places], text[1:][joined][places], names)


def _pair(first: str, second: str) -> str:
    """Two neighbours as they are written: Chinese without a space between, English beside it with one."""
    return first + second if len(first) == len(second) == 1 else f"{first} {second}"


def _typical(
    labels: Sequence[str], grams: _Grams, member: npt.NDArray[np.bool_]
) -> dict[str, list[TypicalWord]]:
    """The words of the most frequent labels; ``member`` is which text has which label, [texts, labels]."""
    from scipy.sparse import coo_matrix

    shape = (len(member), len(grams.names))
    stands = coo_matrix(
        (np.ones(len(grams.numbers), np.float32), (grams.texts, grams.numbers)), shape
    ).tocsr()
    stands.data[:] = 1.0  # a word counts once a text
    in_all = np.asarray(stands.sum(axis=0), np.float64).ravel()
    frequent = np.argsort(-member.sum(axis=0), kind="stable")[:MOST_LABELS]
    found = {}
    for label in frequent.tolist():
        here = np.asarray(stands[np.flatnonzero(member[:, label])].sum(axis=0), np.float64).ravel()
        z = _log_odds(here, in_all - here)
        best = np.argsort(-z, kind="stable")[:MOST_WORDS]
        found[labels[label]] = [
            TypicalWord(grams.names[gram], int(here[gram]), int(in_all[gram] - here[gram]))
            for gram in best.tolist()
            if z[gram] > _SMALLEST_Z
        ]
    return found


def _log_odds(here: Floats, elsewhere: Floats) -> Floats:
    """The z-score of each word, [words]: equations 15, 20 and 22 of the paper."""
    a, b = here + _PRIOR, elsewhere + _PRIOR
    difference = np.log(a / (a.sum() - a)) - np.log(b / (b.sum() - b))
    return np.asarray(difference / np.sqrt(1.0 / a + 1.0 / b))


def _scripts(tokens: Sequence[str], counts: npt.NDArray[np.integer]) -> dict[str, float]:
    """The script of a word is that of its first letter."""
    found: Counter[str] = Counter()
    for token, count in zip(tokens, counts.tolist(), strict=True):
        letter = next((character for character in token if character.isalpha()), None)
        if count and letter is not None:
            script = unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]
            found[_NAMES.get(script, script.capitalize())] += count
    whole = found.total()
    shares = {script: count / whole for script, count in found.most_common(MOST_SCRIPTS)}
    return {script: share for script, share in shares.items() if share >= _SMALLEST_SHARE}
