"""Word vectors fitted on the texts of a config, as a file that ``model.vectors`` reads."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import ConfigError, EngramError
from models.text.spec import OTHER_ID
from models.text.vocabulary import Vocabulary
from training.config import Config
from training.data.dataset import load_dataset
from training.data.tagged_dataset import load_tagged
from training.encode import encode_parts, text_rule
from training.progress import Reporter
from training.tagging.encode import encode_tagged
from training.vectors.likeness import Likeness
from training.vectors.start import as_ids, epochs_for
from training.vectors.unlabelled import UnlabelledTokens
from training.vectors.word2vec import Ids, Method, Word2Vec


@dataclass(frozen=True, slots=True)
class Pretrained:
    """Fitted vectors: the words, and float32 [ids, size]; rows of zeros were not fitted."""

    vocabulary: Vocabulary
    table: npt.NDArray[np.float32]

    @property
    def likeness(self) -> Likeness:
        """Which words are like which."""
        return Likeness(self.vocabulary, self.table)


def pretrain(config: Config, method: Method, reporter: Reporter, **settings: Any) -> Pretrained:
    """Fits vectors on the training texts and those of ``data.unlabelled``.

    Words or characters are those of ``[text]``, and a vector has ``model.embedding_size`` numbers. Dev and
    test are not read.

    Args:
        settings: other values of ``Word2Vec``, such as its window.

    Raises:
        DataError: the data cannot be used.
        ConfigError: the network of the config reads no tokens.
    """
    if not config.model.input.startswith("embedding"):
        raise ConfigError(
            f'Word vectors are for model.input = "embedding", but it is "{config.model.input}" here.'
        )
    vocabulary, texts = _texts(config)
    # Unknown words are no word of their own.
    texts = [ids[ids != OTHER_ID] for ids in texts]
    tokens = sum(map(len, texts))
    reporter.say(f"fitting {method} vectors on {len(texts):,} texts of {tokens:,} tokens")
    values = {"epochs": epochs_for(tokens)} | settings
    word2vec = Word2Vec(config.model.embedding_size, config.seed, method=method, **values)
    return Pretrained(vocabulary, word2vec.fit(texts, len(vocabulary)))


def _texts(config: Config) -> tuple[Vocabulary, list[Ids]]:
    """The words that a network of this config would know, and all texts in their ids."""
    rule = text_rule(config)
    if config.task in {"tagging", "joint"}:
        tagged = load_tagged(config)
        unlabelled = UnlabelledTokens(config, tagged, rule)
        found = encode_tagged(tagged, config, rule, unlabelled)
        vocabulary, train = found.encoder.vocabulary, found.train_ids
    else:
        dataset = load_dataset(config)
        unlabelled = UnlabelledTokens(config, dataset, rule)
        vocabulary, encoded = encode_parts(dataset, rule, config.text, None, unlabelled)
        train = list(encoded["train"].ids)
    return vocabulary, [*train, *as_ids(unlabelled.texts, vocabulary)]


def write_vectors(path: Path, vectors: Pretrained) -> int:
    """Writes word2vec's text form, most frequent words first.

    Returns:
        How many words it holds.

    Raises:
        EngramError: it cannot be written.
    """
    known = [place for place in np.flatnonzero(vectors.table.any(axis=1)) if place > OTHER_ID]
    try:
        with path.open("w", encoding="utf-8") as file:
            file.write(f"{len(known)} {vectors.table.shape[1]}\n")
            for place in known:
                numbers = " ".join(f"{value:.6g}" for value in vectors.table[place])
                file.write(f"{vectors.vocabulary.tokens[place]} {numbers}\n")
    except OSError as error:
        raise EngramError(f"The word vectors cannot be written to {path}: {error.strerror}.") from error
    return len(known)
