"""Which tokens a network knows: those of train, and where a config says so, those of unlabelled texts."""

from collections.abc import Iterable

from models.text.case import CASE_TOKENS
from models.text.spec import TextRule
from models.text.vocabulary import SPECIAL, Vocabulary
from training.config import TextConfig
from training.vectors.unlabelled import UnlabelledTokens


def fit_vocabulary(
    train: Iterable[Iterable[str]], config: TextConfig, rule: TextRule, unlabelled: UnlabelledTokens
) -> Vocabulary:
    """The tokens of the training texts, then those of the unlabelled texts while there is room.

    A token that no training text holds has nothing but the vector that the unlabelled texts gave it: it is
    near the tokens that stand where it stands, and the network answers as it learned to answer for these.

    Args:
        train: the tokens of each training text, those of their cases among them.
        rule: whether cases are told, whose tokens then have the first ids.

    Raises:
        DataError: the unlabelled file cannot be used.
    """
    special = Vocabulary(SPECIAL + CASE_TOKENS if rule.ids == "token+case" else SPECIAL)
    vocabulary = special.extended(train, config.vocabulary_size, config.min_count)
    if config.unlabelled_min_count is None:
        return vocabulary
    return vocabulary.extended(unlabelled.texts, config.vocabulary_size, config.unlabelled_min_count)
