"""The word vectors a network starts with when ``model.vectors`` asks for some."""

import hashlib
import inspect
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from models.text.spec import OTHER_ID, PADDING_ID, TextRule
from models.text.vocabulary import Vocabulary
from training.config import Config
from training.fit_cache import fit_key
from training.progress import Reporter
from training.vectors.cache import VectorCache
from training.vectors.file import read_vectors
from training.vectors.limits import FEW_TOKENS
from training.vectors.unlabelled import UnlabelledTokens
from training.vectors.word2vec import Ids, Word2Vec

# Mean length of the vectors a network starts with: far from the 0.3 of a random start, so that they are not
# drowned in the first steps, and near what dropout and the recurrent layer's own start expect.
MEAN_NORM = 4.0
READ_AT_LEAST = 5_000_000


@dataclass(frozen=True, slots=True)
class StartVectors:
    """Vectors to start from, one row a token id; a row of zeros means that there is none.

    ``texts`` and ``tokens`` count what they were fitted on; of vectors from a file, ``texts`` is 0 and
    ``tokens`` counts its words. ``file`` is its name.
    """

    table: npt.NDArray[np.float32]
    texts: int
    tokens: int
    file: str | None = None

    @property
    def sha256(self) -> str:
        """Identifies the numbers themselves."""
        return hashlib.sha256(self.table.tobytes()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """What an artifact tells of them."""
        facts: dict[str, Any] = {"texts": self.texts, "tokens": self.tokens, "sha256": self.sha256}
        if self.file is not None:
            facts = {"file": self.file, "words": self.tokens, "sha256": self.sha256}
        return facts | {"coverage": self.coverage}

    @property
    def coverage(self) -> float:
        """Share of the known words that have a vector."""
        words = self.table[OTHER_ID + 1 :]
        return float(words.any(axis=1).mean()) if len(words) else 0.0

    def put_into(self, model: keras.Model) -> None:
        """Gives the network's table these rows; tokens without one keep theirs, padding becomes 0."""
        table = model.get_layer("embedding").embeddings
        fitted = self.table.any(axis=1, keepdims=True)
        values = np.where(fitted, self.table, np.asarray(table.value))
        values[PADDING_ID] = 0.0
        table.assign(values)


def start_vectors(
    config: Config,
    rule: TextRule,
    vocabulary: Vocabulary,
    train: Sequence[Ids],
    unlabelled: UnlabelledTokens,
    reporter: Reporter,
) -> StartVectors | None:
    """Reads the vectors of a config from a file, fits them, or takes those of an earlier run.

    Args:
        train: token ids of the training texts.
        unlabelled: read too where vectors are fitted.

    Returns:
        None where ``model.vectors`` is unset.

    Raises:
        DataError: the unlabelled file, or the file of vectors, cannot be used.
        ConfigError: the file's vectors are of another size, or of no known word.
        TrainingError: the vectors cannot be kept on disk.
    """
    if config.model.vectors is None:
        return None
    if isinstance(config.model.vectors, Path):
        return _from_file(config, config.locate(config.model.vectors), rule, vocabulary, reporter)
    texts = [*train, *as_ids(unlabelled.texts, vocabulary)]
    tokens = sum(map(len, texts))
    method = Word2Vec(config.model.embedding_size, config.seed, epochs=epochs_for(tokens))
    cache = VectorCache(config.output.artifacts)
    inputs = [method.facts, texts, len(vocabulary)]
    code = [Path(inspect.getfile(Word2Vec))]
    name = fit_key("word2vec", inputs, code=code, libraries=["gensim", "numpy"])
    table = cache.load(name, (len(vocabulary), method.size))
    if table is None:
        if tokens < FEW_TOKENS:
            reporter.say(
                f"note: word vectors of {tokens:,} tokens may be worse than none (measured: fewer than "
                f'{FEW_TOKENS:,}); compare with model.vectors = "none", or name a file as data.unlabelled'
            )
        reporter.say(f"fitting word vectors on {len(texts):,} texts of {tokens:,} tokens")
        begin = time.perf_counter()
        table = method.fit(texts, len(vocabulary))
        cache.save(name, table)
        reporter.say(f"word vectors fitted in {time.perf_counter() - begin:.0f} s")
    else:
        reporter.say("word vectors: those of an earlier run with the same texts")
    return StartVectors(centred(table), len(texts), tokens)


def _from_file(
    config: Config, path: Path, rule: TextRule, vocabulary: Vocabulary, reporter: Reporter
) -> StartVectors:
    found = read_vectors(path, config.model.embedding_size, vocabulary, rule)
    vectors = StartVectors(centred(found.table), 0, found.in_file, path.name)
    reporter.say(
        f"word vectors: {path.name} has {found.words:,} of the {len(vocabulary.ids):,} known words "
        f"({vectors.coverage:.1%}); the others start by chance"
    )
    return vectors


def epochs_for(tokens: int) -> int:
    """Times the texts are read: 4, and few texts as often as it takes to read 5 million tokens, at most 50.

    Vectors of few tokens read four times have hardly left their start and all point the same way: measured in
    ``docs/decisions/0010``.
    """
    return min(50, max(4, -(-READ_AT_LEAST // max(1, tokens))))


def centred(table: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The table around its mean, with its rows' mean length at ``MEAN_NORM``; rows of zeros stay.

    What all vectors have in common tells no word from another, and is most of their length where texts are
    few.

    Reference: Mu and Viswanath, All-but-the-top: simple and effective postprocessing for word
    representations, 2018, section 2 (its first step).
    """
    fitted = table.any(axis=1)
    around = table[fitted] - table[fitted].mean(axis=0)
    length = np.linalg.norm(around, axis=1).mean()
    result = np.zeros_like(table)
    result[fitted] = around * (MEAN_NORM / length if length > 0 else 0.0)
    return result


def as_ids(texts: Iterable[Sequence[str]], vocabulary: Vocabulary) -> list[Ids]:
    """The ids of the tokens of each text."""
    find = vocabulary.ids.get
    return [np.array([find(token, OTHER_ID) for token in tokens], dtype=np.int32) for tokens in texts]
