"""Texts without labels, kept apart from those a network is judged on."""

import sys
from dataclasses import replace
from functools import cached_property

from models.errors import DataError
from models.text.plain import PlainText
from models.text.spec import TextRule
from training.config import Config
from training.data.dataset import Dataset
from training.data.equal_texts import same_text
from training.data.rows import read_texts
from training.data.tagged_dataset import TaggedDataset


def read_unlabelled(config: Config, dataset: Dataset | TaggedDataset) -> list[str]:
    """The texts of ``data.unlabelled``; none where the config names no file.

    Vectors fitted on a text that dev or test holds too have read what they are judged on. Such texts refuse
    the file, are left out or kept, as ``data.unlabelled_overlap`` says.

    Raises:
        DataError: the file cannot be read, or holds texts of dev or test.
    """
    if config.data.unlabelled is None:
        return []
    path = config.locate(config.data.unlabelled)
    texts = list(read_texts(path, config.data.text_column))
    choice = config.data.unlabelled_overlap
    if choice == "keep":
        return texts
    judged = {
        same_text(text): name
        for name in ("dev", "test")
        for text in (dataset.parts[name].texts if name in dataset.parts else ())
    }
    found = [judged[same_text(text)] for text in texts if same_text(text) in judged]
    if not found:
        return texts
    if choice == "refuse":
        parts = " and ".join(sorted(set(found)))
        raise DataError(
            f"{path}: {len(found):,} of its {len(texts):,} texts also stand in {parts}, which would judge a "
            'network by what it has read; set data.unlabelled_overlap = "drop" to leave these '
            'texts out, or "keep" to read them all the same.'
        )
    return [text for text in texts if same_text(text) not in judged]


class UnlabelledTokens:
    """The tokens of the texts of ``data.unlabelled``, to their ends: only what a network reads is cut.

    Args:
        rule: of the network's texts.
    """

    def __init__(self, config: Config, dataset: Dataset | TaggedDataset, rule: TextRule) -> None:
        self._config, self._dataset, self._rule = config, dataset, rule

    @cached_property
    def texts(self) -> list[list[str]]:
        """The tokens of each text; read and split when first asked for, by vocabulary or vectors, and kept.

        Raises:
            DataError: the file cannot be read, or holds texts of dev or test.
        """
        plain = PlainText(replace(self._rule, max_length=sys.maxsize))
        # Equal tokens share one string: a corpus has few words and many tokens.
        return [
            [sys.intern(token) for token in plain.cased(text, plain.words(text)[0])]
            for text in read_unlabelled(self._config, self._dataset)
        ]
