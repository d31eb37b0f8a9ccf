"""Which tokens a network knows: those of train, and where a config says so, those of unlabelled texts."""

from collections.abc import Iterable

from models.text.spec import TextRule
from models.text.vocabulary import Vocabulary
from training.config import Config
from training.data.dataset import Dataset
from training.data.tagged_dataset import TaggedDataset
from training.vectors.unlabelled import unlabelled_tokens


def fit_vocabulary(
    train: Iterable[Iterable[str]], config: Config, dataset: Dataset | TaggedDataset, rule: TextRule
) -> Vocabulary:
    """The tokens of the training texts, then those of the unlabelled texts while there is room.

    A token that no training text holds has nothing but the vector that the unlabelled texts gave it: it is
    near the tokens that stand where it stands, and the network answers as it learned to answer for these.

    Args:
        train: the tokens of each training text.
        rule: by which the unlabelled texts are split, too.

    Raises:
        DataError: the unlabelled file cannot be used.
    """
    text = config.text
    vocabulary = Vocabulary.fit(train, text.vocabulary_size, text.min_count)
    if text.unlabelled_min_count is None:
        return vocabulary
    more = unlabelled_tokens(config, dataset, rule)
    return vocabulary.extended(more, text.vocabulary_size, text.unlabelled_min_count)
