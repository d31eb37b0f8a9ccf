"""The line a recurrent network has to beat: TF-IDF of single words and word pairs, logistic regression.

Fitted on the same rows with the same text rule, so that the margin says what the network adds.
"""

import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import DataError
from models.runtime.manifest import Task
from models.text.plain import PlainText
from models.text.spec import TextRule
from training.evaluate import Targets

NAME = "TF-IDF 1-2-grams, logistic regression (C = 10)"


@dataclass(frozen=True, slots=True)
class Baseline:
    """A fitted baseline."""

    features: Any
    classifier: Any
    classes: int
    seconds: float

    def probabilities(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """[rows, classes]; a class without a training row has probability 0."""
        p = np.zeros((len(texts), self.classes))
        p[:, self.classifier.classes_] = self.classifier.predict_proba(self.features.transform(texts))
        return p


def fit_baseline(
    task: Task, rule: TextRule, texts: Sequence[str], targets: Targets, classes: int, seed: int
) -> Baseline:
    """Fits the baseline on the training rows.

    Args:
        targets: index of the label, [rows]; multilabel: 0 or 1, [rows, classes].

    Raises:
        DataError: no text holds a token.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    start = time.perf_counter()
    # The baseline reads every text to its end: how much of it the network sees is the network's affair.
    plain = PlainText(replace(rule, max_length=sys.maxsize))
    features = TfidfVectorizer(
        analyzer=lambda text: _words_and_pairs(plain.tokenize(text).tokens),
        min_df=2,
        sublinear_tf=True,
        dtype=np.float32,
    )
    matrix = _fit_features(features, texts)
    classifier: Any = LogisticRegression(
        C=10.0, max_iter=1000, solver=_solver(task, classes), random_state=seed
    )
    if task == "multilabel":
        classifier = OneVsRestClassifier(classifier)
    with warnings.catch_warnings():
        # A label that all rows have, or none: the baseline then always answers so, which is as it should be.
        warnings.filterwarnings("ignore", "Label .* is present in all training examples")
        classifier.fit(matrix, targets)
    return Baseline(features, classifier, classes, time.perf_counter() - start)


def _fit_features(features: Any, texts: Sequence[str]) -> Any:
    try:
        return features.fit_transform(texts)
    except ValueError:  # no feature stands in two texts: too little data to prune
        features.set_params(min_df=1)
    try:
        return features.fit_transform(texts)
    except ValueError as error:
        raise DataError("No training text holds a token; at least one word or mark is needed.") from error


def _words_and_pairs(words: tuple[str, ...]) -> list[str]:
    return [*words, *(f"{first} {second}" for first, second in pairwise(words))]


def _solver(task: Task, classes: int) -> str:
    """liblinear is the quickest for two classes; it knows no others."""
    return "liblinear" if classes == 2 or task == "multilabel" else "lbfgs"
