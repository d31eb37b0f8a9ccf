"""Learning from the answers of a saved model: a small network that answers like a large one or an ensemble.

Reference: Hinton, Vinyals and Dean, Distilling the knowledge in a neural network, 2015. The teacher answers
at the temperature it was calibrated to, instead of at one chosen by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.errors import ConfigError
from models.runtime.artifact import sha256_of
from models.runtime.decoding import probabilities
from models.runtime.location import MANIFEST, artifacts_folder, find_artifact
from models.runtime.predictor import Predictor, open_predictor
from models.runtime.run import run_rows
from models.text.plain import Encoder
from models.text.spec import TextRule
from models.text.vocabulary import Vocabulary
from training.config import Config
from training.data.dataset import Dataset
from training.fit import EncodedRows
from training.progress import Reporter
from training.vectors.unlabelled import read_unlabelled

Probabilities = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int32]
Weights = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lessons:
    """What a teacher says.

    Attributes:
        teacher: its name and version.
        sha256: of its manifest, which knows every other file by its own.
        train: its probabilities for the training texts, [rows, classes].
        ids: token ids of texts without labels, as the student reads them.
        unlabelled: its probabilities for these, [len(ids), classes].
    """

    teacher: str
    sha256: str
    train: Probabilities
    ids: tuple[Ids, ...]
    unlabelled: Probabilities

    def add_to(
        self, rows: EncodedRows, weights: Weights | None, share: float
    ) -> tuple[EncodedRows, Weights | None]:
        """The training rows with softened targets, and the texts without labels behind them.

        Args:
            rows: of train.
            weights: of these, [rows]; texts without a label weigh 1.
            share: of the teacher in the target of a training row; where there is no label it is all.
        """
        truth = rows.targets
        labels = truth if truth.ndim == 2 else np.eye(self.train.shape[1], dtype=np.float32)[truth]
        mixed = (1.0 - share) * labels + share * self.train
        targets = np.concatenate([mixed, self.unlabelled]).astype(np.float32)
        if weights is not None:
            weights = np.concatenate([weights, np.ones(len(self.ids), np.float32)])
        return EncodedRows([*rows.ids, *self.ids], targets), weights


def lessons(
    config: Config,
    dataset: Dataset,
    labels: Sequence[str],
    rule: TextRule,
    vocabulary: Vocabulary,
    reporter: Reporter,
) -> Lessons | None:
    """Asks the teacher of a config.

    Args:
        labels: of the student.
        rule: of the student; the teacher reads every text by its own.
        vocabulary: of the student.

    Returns:
        None where ``training.teacher`` is unset.

    Raises:
        ArtifactNotFoundError: there is no such model.
        ArtifactError: it is damaged.
        ConfigError: it has another task or other labels.
        DataError: the unlabelled file cannot be used.
    """
    if config.training.teacher is None:
        return None
    teacher = open_predictor(find_artifact(config.training.teacher, artifacts_folder()))
    manifest = teacher.manifest
    name = f"{manifest.name}/{manifest.version}"
    if manifest.task != config.task or sorted(manifest.labels) != sorted(labels):
        raise ConfigError(
            f"{name} cannot teach this network: it is for {manifest.task} into {', '.join(manifest.labels)}, "
            f"the data is for {config.task} into {', '.join(labels)}."
        )
    texts: list[str] = []
    if config.training.teacher_texts == "unlabelled":
        texts = read_unlabelled(config, dataset)
    reporter.say(f"asking {name} about {len(dataset.train):,} training and {len(texts):,} unlabelled texts")
    encoder = Encoder(rule, vocabulary)
    return Lessons(
        name,
        sha256_of(teacher.artifact.path / MANIFEST),
        _answers(teacher, dataset.train.texts, labels),
        tuple(np.array(encoder.encode(text).ids, dtype=np.int32) for text in texts),
        _answers(teacher, texts, labels),
    )


def _answers(teacher: Predictor, texts: Sequence[str], labels: Sequence[str]) -> Probabilities:
    """Probabilities [texts, classes] in the order of ``labels``."""
    if not texts:
        return np.zeros((0, len(labels)), np.float32)
    manifest = teacher.manifest
    logits = run_rows(teacher.engine, [teacher.encode(text).ids for text in texts])["logits"]
    found = probabilities(manifest.task, logits, manifest.calibration.temperature)
    return found[:, [manifest.labels.index(label) for label in labels]].astype(np.float32)
